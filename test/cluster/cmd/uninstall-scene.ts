import { expect } from 'vitest';
import { API_VERSION } from '../../../api/group.ts';
import { STARTUP_TAINT_KEY, TAINTED } from '../../../api/keys.ts';
import { HOME_NAMESPACE, PART_OF, PART_OF_LABEL } from '../../../api/parts.ts';
import { namespaces, nodes, nvmeProfiles, type Node } from '../../../kube/resources.ts';
import { repoDir } from '../../../lab/install/install.ts';
import { startWebhookBeside } from '../../../lab/install/webhook-beside.ts';
import { waitFor } from '../../../lab/wait.ts';
import { newNode, readyStatus } from '../../builders/new-node.ts';
import { openInstallScene, type InstallScene } from './install-scene.ts';

const LABELS = { 'test.kubectl-nvme.dev/uninstall': 'yes' };
const CLUSTER_WIDE =
  'mutatingwebhookconfigurations,validatingwebhookconfigurations,mutatingadmissionpolicies,mutatingadmissionpolicybindings,clusterroles,clusterrolebindings,csidrivers,validatingadmissionpolicies,validatingadmissionpolicybindings';

/** Selects everything that an installation consists of. */
export const OURS = `-l=${PART_OF_LABEL}=${PART_OF}`;

/** A scene with a node where the pods of the Deployment and the DaemonSet run. */
export async function openUninstallScene(): Promise<InstallScene> {
  const scene = await openInstallScene();
  await scene.kube.create(nodes, newNode('runs-pods', { 'kubernetes.io/os': 'linux' }));
  const ready = { type: 'merge' as const, body: readyStatus('boot-1') };
  await scene.kube.patch(nodes, 'runs-pods', ready, { subresource: 'status' });
  return scene;
}

/** How somebody takes a part away by hand before `kubectl nvme uninstall`. */
export interface TakenFirst {
  what: string;
  admission: 'webhook' | 'policy' | 'none';
  /** Arguments of `kubectl delete`; nothing is deleted when absent. */
  args?: readonly string[];
}

/** Installs, takes the part away, uninstalls; nodes join all the while, and none keeps our taint. */
export async function uninstallAfter(scene: InstallScene, taken: TakenFirst): Promise<void> {
  const { kube, ctx, lab } = scene;
  const id = `${taken.what} ${taken.admission}`.replaceAll(/[^a-z]+/gi, '-').toLowerCase();
  const join = (name: string): Promise<Node> => kube.create(nodes, newNode(`${id}-${name}`, LABELS));
  await install(scene, taken.admission);
  // A replica on a node that nobody can reach: no pod that could be ended, and it goes on as long as it has rights.
  const flags = taken.admission === 'webhook' ? [] : ['--no-admission'];
  const replica = await startWebhookBeside(ctx, lab, repoDir, id, flags);
  const early = await join('early');
  await waitFor('the first node to be tainted', { timeoutMs: 30_000, signal: ctx.signal }, async () =>
    isTainted(await kube.get(nodes, early.metadata?.name ?? '')) ? true : undefined,
  );
  if (taken.args) expect(await scene.kubectl('delete', ...taken.args)).toMatchObject({ exitCode: 0 });
  await join('between');
  const { exitCode, stderr } = await scene.nvme('uninstall', '--timeout=60s');
  expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('rror')]);
  expect(isTainted(await join('late'))).toBe(false);
  await replica.stop();
  await nothingOfOursIsLeft(scene);
}

async function install({ kube, nvme }: InstallScene, admission: string): Promise<void> {
  const result = await nvme('install', '--image', 'kubectl-nvme:none', `--admission=${admission}`);
  expect(result).toMatchObject({ exitCode: 0 });
  const body = {
    apiVersion: API_VERSION,
    kind: 'NVMeProfile',
    metadata: { name: 'uninstall' },
    spec: { nodeSelector: { matchLabels: LABELS } },
  };
  await kube.patch(nvmeProfiles, 'uninstall', { type: 'apply', body }, { fieldManager: 'test' });
}

async function nothingOfOursIsLeft({ kube, kubectl }: InstallScene): Promise<void> {
  const { items } = await kube.listAll(nodes);
  expect(items.filter(isTainted).map(({ metadata }) => metadata?.name)).toEqual([]);
  expect(await kubectl('get', CLUSTER_WIDE, OURS)).toMatchObject({ exitCode: 0, stdout: '' });
  const left = (await kube.listAll(namespaces)).items.map(({ metadata }) => metadata?.name);
  expect(left.filter((name) => name?.startsWith(HOME_NAMESPACE))).toEqual([]);
}

const isTainted = ({ spec, metadata }: Node): boolean =>
  (spec?.taints ?? []).some(({ key }) => key === STARTUP_TAINT_KEY) ||
  TAINTED in (metadata?.annotations ?? {});
