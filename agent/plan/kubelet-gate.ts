import type { SwapLayout } from '../../api/layout.ts';
import type { KubeletConfigKind, KubeletFacts } from '../../api/snapshot.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { swapObstacle, swapPolicy } from '../inventory/kubelet.ts';
import type { Step } from './step.ts';
import type { SwapOnStep } from './swap-step.ts';

/** Whether swap may be switched on as far as the kubelet is concerned, and what has to come before. */
export interface KubeletGate {
  /** Why not, in words. */
  blocked?: string;
  steps: Step[];
  kubelet: SwapOnStep['kubelet'];
}

const OWN_DROP_IN = '99-kubectl-nvme-swap.conf';
/** Azure's kubelet has no configuration file until its unit's variable names one. */
const VARIABLE_PATH = '/var/lib/kubelet/config.yaml';
const UNIT = 'kubelet.service';

const blocked = (why: string): KubeletGate => ({ blocked: why, steps: [], kubelet: 'Checked' });
const open = (...steps: Step[]): KubeletGate => ({ steps, kubelet: 'Checked' });

/** Swap with a kubelet that would not start with it is never switched on: it would stay down. */
export function kubeletGate(inventory: Inventory, swap: Pick<SwapLayout, 'configureKubelet'>): KubeletGate {
  const { kubelet, kubeletChange, kubeletUnread } = inventory;
  if (kubeletChange?.state === 'TakenBack') {
    return blocked(
      `the kubelet did not come up with swap allowed, and its configuration was put back (${kubeletChange.message ?? 'no reason given'}): ` +
        'look at its journal; it is tried again after the next boot',
    );
  }
  if (kubeletChange?.state === 'Unfinished') return open(configure(kubeletChange));
  if (kubelet === undefined) return unseen(inventory, swap);
  return kubeletUnread === undefined ? ofRunning(inventory, kubelet, swap) : blocked(kubeletUnread);
}

/** Bottlerocket's bootstrap containers run before its kubelet, which always has failSwapOn: false. */
function unseen(
  inventory: Inventory,
  { configureKubelet }: Pick<SwapLayout, 'configureKubelet'>,
): KubeletGate {
  const { kubeletUnread } = inventory;
  if (isBottlerocket(inventory)) {
    const steps = configureKubelet ? [configure({ how: 'bottlerocket', path: '', unit: UNIT })] : [];
    return { steps, kubelet: 'NotRunning' };
  }
  if (kubeletUnread !== undefined) return blocked(kubeletUnread);
  return configureKubelet ? open(configure({ how: 'file', path: usualPath(inventory), unit: UNIT })) : open();
}

function ofRunning(
  inventory: Inventory,
  kubelet: KubeletFacts,
  { configureKubelet }: Pick<SwapLayout, 'configureKubelet'>,
): KubeletGate {
  const { failSwapOn, behavior, running } = swapPolicy(kubelet);
  if (!failSwapOn && behavior === 'LimitedSwap' && running) return open();
  if (!configureKubelet) {
    const obstacle = swapObstacle(kubelet);
    return obstacle === undefined ? open() : blocked(`${obstacle}, and configuring it is switched off`);
  }
  if (kubelet.failSwapOnFlag === true) {
    return blocked('the kubelet runs with --fail-swap-on=true, which outranks its files: take that flag off');
  }
  const how = isBottlerocket(inventory) ? { how: 'bottlerocket' as const, path: '' } : placeOf(kubelet);
  return typeof how === 'string' ? blocked(how) : open(configure({ ...how, unit: kubelet.unit }));
}

/** Where the settings of a running kubelet belong, or why there is no such place, in words. */
function placeOf(kubelet: KubeletFacts): { how: KubeletConfigKind; path: string } | string {
  const { configDir, configPath, configVariable, files } = kubelet;
  if (configDir !== undefined) {
    const path = `${configDir}/${OWN_DROP_IN}`;
    const later = files.find(
      (file) => file.path > path && file.path.startsWith(`${configDir}/`) && says(file),
    );
    return later === undefined
      ? { how: 'drop-in', path }
      : `the kubelet's drop-in ${later.path} comes after ours and says otherwise: change it`;
  }
  if (configPath !== undefined) return { how: 'file', path: configPath };
  if (configVariable === true) return { how: 'variable', path: VARIABLE_PATH };
  return 'the kubelet runs without --config: give it a file with failSwapOn: false and memorySwap.swapBehavior: LimitedSwap';
}

const says = ({ failSwapOn, swapBehavior }: KubeletFacts['files'][number]): boolean =>
  failSwapOn === true || (swapBehavior !== undefined && swapBehavior !== 'LimitedSwap');

function configure({ how, path, unit }: { how: KubeletConfigKind; path: string; unit: string }): Step {
  const where = how === 'bottlerocket' ? 'by Bottlerocket’s API' : `in ${path}`;
  return {
    kind: 'configure-kubelet',
    name: `allow the kubelet swap ${where}, and restart it`,
    how,
    path,
    unit,
  };
}

/** The restart after which the kubelet knows the swap that is switched on before it. */
export function restartStep(
  { kubelet, kubeletUnread }: Inventory,
  gate: KubeletGate,
  { configureKubelet }: Pick<SwapLayout, 'configureKubelet'>,
): Step[] {
  const none = kubelet === undefined && kubeletUnread !== undefined;
  if (!configureKubelet || none || gate.kubelet === 'NotRunning') return [];
  const name = 'restart the kubelet, which reads the size of swap at its start only';
  return [{ kind: 'restart-kubelet', name, unit: kubelet?.unit ?? UNIT }];
}

const isBottlerocket = ({ files }: Inventory): boolean =>
  files['/usr/bin/apiclient'] === true || files['/.bottlerocket/rootfs'] === true;

/** For a recorded machine that tells nothing of its kubelet. */
function usualPath({ provider, files }: Inventory): string {
  const gke = '/home/kubernetes/kubelet-config.yaml';
  if (provider === 'gcp' || files[gke] === true) return gke;
  return provider === 'aws' ? '/etc/kubernetes/kubelet/config.json' : VARIABLE_PATH;
}
