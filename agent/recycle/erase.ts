import type { Clock } from '../../kube/clock.ts';
import type { Logger } from '../../logging/logger.ts';
import { probeFree } from '../apply/check-device.ts';
import { RefusedError } from '../apply/refused-error.ts';
import { sampleDevice } from '../discover/sample.ts';
import { CommandError, type Host } from '../host/host.ts';

/** How old bytes are made unreadable. */
export type Erasure = 'Discard' | 'Zero';

export interface EraseContext {
  host: Host;
  clock: Pick<Clock, 'now'>;
  logger: Logger;
  signal: AbortSignal;
}

/** A drive that writes zeros itself takes seconds; one that has to be written through, hours. */
const TIMEOUT_MS = 86_400_000;

/**
 * Makes a device read as zeros and looks whether it does. Discard is done only where the drive promises zeros after it,
 * else as Zero. The kernel's word that nobody uses the device comes right before. Rejects with RefusedError or
 * CommandError; a cut-off erasure begins anew.
 */
export async function erase(device: string, method: Erasure, context: EraseContext): Promise<void> {
  const { host, clock, logger } = context;
  await probeFree(host, device);
  const bytes = await sizeOf(host, device);
  const discards = method === 'Discard' && (await promisesZeros(host, device));
  if (discards) await run(['blkdiscard', device], context);
  if (discards && (await readsZeros(host, device, bytes, String(clock.now())))) return;
  if (method === 'Discard') logger.info('a discard promises no zeros here: zeros are written', { device });
  await probeFree(host, device);
  await run(['blkdiscard', '--zeroout', device], context);
  if (await readsZeros(host, device, bytes, String(clock.now()))) return;
  throw new RefusedError(device, 'it does not read as zeros after zeros were written');
}

const run = (command: string[], { host, signal }: EraseContext) =>
  host.run(command, { writes: true, timeoutMs: TIMEOUT_MS, signal });

async function readsZeros(host: Host, device: string, bytes: number, seed: string): Promise<boolean> {
  return (await sampleDevice(host, device, bytes, seed)).constant === 0;
}

async function sizeOf(host: Host, device: string): Promise<number> {
  const bytes = Number((await host.run(['blockdev', '--getsize64', device])).stdout.trim());
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes;
  throw new RefusedError(device, 'its size cannot be told');
}

/** Bits 2:0 of DLFEAT: deallocated blocks read as zeros (NVM Command Set specification, Identify Namespace). */
const DLFEAT_MASK = 0b111;
const READS_ZEROS = 1;

/** Only a whole NVMe drive tells; what is made of several does not, and neither does one that cannot be asked. */
async function promisesZeros(host: Host, device: string): Promise<boolean> {
  try {
    const { stdout } = await host.run(['nvme', 'id-ns', device, '--output-format=json']);
    const { dlfeat } = JSON.parse(stdout) as { dlfeat?: unknown };
    return typeof dlfeat === 'number' && (dlfeat & DLFEAT_MASK) === READS_ZEROS;
  } catch (error) {
    if (error instanceof CommandError || error instanceof SyntaxError) return false;
    throw error;
  }
}
