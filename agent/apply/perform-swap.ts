import { dirname } from 'node:path';
import { readKubelet, SWAP_ON_PATH } from '../discover/kubelet.ts';
import type { Host } from '../host/host.ts';
import { swapObstacle } from '../inventory/kubelet.ts';
import { parseSwaps, swapCount } from '../inventory/swaps.ts';
import { plainUuid } from '../plan/identity.ts';
import { swapCommandOf } from '../plan/swap-command.ts';
import type { SetSysctlStep, SwapOffStep, SwapOnStep } from '../plan/swap-step.ts';
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
  await checkOwnArea(host, step);
  await probeFree(host, step.device);
  // Before it: a kubelet that starts in between is restarted once too often, never once too little.
  await host.makeDirectory(dirname(SWAP_ON_PATH));
  await host.writeFile(SWAP_ON_PATH, '');
  await host.run(swapCommandOf(step), { writes: true, timeoutMs: TIMEOUT_MS });
}

/** A drive that holds much is read back for long; it is never cut off for being slow. */
const SWAPOFF_TIMEOUT_MS = 3_600_000;

/**
 * Switches our swap area off, unless it is. What is swapped out must fit in memory, else the kernel would kill processes for
 * it. Rejects with RefusedError.
 */
export async function switchSwapOff(host: Host, step: SwapOffStep): Promise<void> {
  if (!(await isSwapOn(host, step.device))) return;
  await checkOwnArea(host, step);
  await checkMemory(host, step);
  await host.run(swapCommandOf(step), { writes: true, timeoutMs: SWAPOFF_TIMEOUT_MS });
}

async function checkOwnArea(
  host: Host,
  { device, uuid }: Pick<SwapOnStep, 'device' | 'uuid'>,
): Promise<void> {
  const content = await contentOf(host, device);
  if (content?.type === 'swap' && plainUuid(content.uuid) === uuid) return;
  const carried = content ? `${content.type} with UUID ${content.uuid ?? 'none'}` : 'nothing';
  throw new RefusedError(device, `expected our swap area ${uuid}, got ${carried}`);
}

/** Counts all swap: what one area gives back the kernel may have to put into another that is switched off next. */
async function checkMemory(host: Host, { device }: SwapOffStep): Promise<void> {
  const text = await host.readFile('/proc/meminfo');
  const kib = (field: string): number => Number(new RegExp(`^${field}: +(\\d+) kB$`, 'm').exec(text)?.[1]);
  const used = kib('SwapTotal') - kib('SwapFree');
  if (used <= kib('MemAvailable')) return;
  const [out, room] = [used, kib('MemAvailable')].map((size) => `${Math.round(size / 1024)} MiB`);
  throw new RefusedError(
    device,
    `${out ?? ''} are swapped out, and ${room ?? ''} of memory are free: drain the node first`,
  );
}

/** Whether any swap is on, of whatever kind and whosever. */
export async function isAnySwapOn(host: Host): Promise<boolean> {
  return swapCount(await host.readFile('/proc/swaps')) > 0;
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
  const entries = parseSwaps(await host.readFile('/proc/swaps'));
  if (entries === undefined) throw new Error('/proc/swaps has a line of an unknown form');
  return entries.some(({ name }) => names.includes(`/dev/${name}`));
}

/** A value that the kernel refuses is its error, with the name of the sysctl. */
export async function setSysctl(host: Host, { sysctl, value }: SetSysctlStep): Promise<void> {
  await host.writeAttribute(`/proc/sys/vm/${sysctl}`, value);
}
