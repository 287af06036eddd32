import { dirname } from 'node:path';
import { readKubelet, SWAP_ON_PATH } from '../discover/kubelet.ts';
import type { Host } from '../host/host.ts';
import { swapObstacle } from '../inventory/kubelet.ts';
import { parseSwaps } from '../inventory/swaps.ts';
import { plainUuid } from '../plan/identity.ts';
import { swapCommandOf } from '../plan/swap-command.ts';
import type { SetSysctlStep, SwapOnStep } from '../plan/swap-step.ts';
import { contentOf, probeFree } from './check-device.ts';
import { RefusedError } from './refused-error.ts';

const TIMEOUT_MS = 120_000;

/**
 * Switches our swap area on, unless it is. Right before, the running kubelet must still allow swap, and the device carry
 * our UUID and be free. Rejects with RefusedError.
 */
export async function switchSwapOn(host: Host, step: SwapOnStep): Promise<void> {
  if (await isSwapOn(host, step.device)) return;
  await checkKubelet(host, step);
  const content = await contentOf(host, step.device);
  if (content?.type !== 'swap' || plainUuid(content.uuid) !== step.uuid) {
    const carried = content ? `${content.type} with UUID ${content.uuid ?? 'none'}` : 'nothing';
    throw new RefusedError(step.device, `expected our swap area ${step.uuid}, got ${carried}`);
  }
  await probeFree(host, step.device);
  // Before it: a kubelet that starts in between is restarted once too often, never once too little.
  await host.makeDirectory(dirname(SWAP_ON_PATH));
  await host.writeFile(SWAP_ON_PATH, '');
  await host.run(swapCommandOf(step), { writes: true, timeoutMs: TIMEOUT_MS });
}

async function checkKubelet(host: Host, { device, kubelet }: SwapOnStep): Promise<void> {
  const running = await readKubelet(host);
  if (running === undefined && kubelet === 'NotRunning') return;
  const obstacle = running === undefined ? 'no running kubelet is seen' : swapObstacle(running);
  if (obstacle !== undefined) throw new RefusedError(device, `swap is not switched on: ${obstacle}`);
}

/** Whether the kernel swaps on a device, under whichever of its names. */
export async function isSwapOn(host: Host, device: string): Promise<boolean> {
  const names = [device, await host.realPath(device)];
  return (await swapsOn(host)).some((name) => names.includes(`/dev/${name}`));
}

/** Names of all devices that are swapped on, without `/dev/`. Rejects when the list is not understood. */
export async function swapsOn(host: Host): Promise<string[]> {
  const entries = parseSwaps(await host.readFile('/proc/swaps'));
  if (entries === undefined) throw new Error('/proc/swaps has a line of an unknown form');
  return entries.map(({ name }) => name);
}

/** A value that the kernel refuses is its error, with the name of the sysctl. */
export async function setSysctl(host: Host, { sysctl, value }: SetSysctlStep): Promise<void> {
  await host.writeAttribute(`/proc/sys/vm/${sysctl}`, value);
}
