import { isDeepStrictEqual } from 'node:util';
import type { Host } from '../host/host.ts';
import { plainUuid } from '../plan/identity.ts';
import { writesTo } from '../plan/command.ts';
import type { Step } from '../plan/step.ts';
import { probeContent, type ProbedContent } from './probed-content.ts';
import { RefusedError } from './refused-error.ts';

/**
 * Right before a step writes: each of its devices is free, as the kernel says, and carries nothing but what the step
 * replaces. Rejects with RefusedError.
 */
export async function checkDevices(host: Host, step: Step): Promise<void> {
  const checks = await Promise.allSettled(writesTo(step).map((device) => checkDevice(host, step, device)));
  const refused = checks.find(({ status }) => status === 'rejected');
  if (refused?.status === 'rejected') throw refused.reason;
}

async function checkDevice(host: Host, step: Step, device: string): Promise<void> {
  const content = await contentOf(host, device);
  const obstacle = content && obstacleTo(step, content);
  if (obstacle !== undefined) throw new RefusedError(device, obstacle);
  await probeFree(host, device);
  if (step.kind === 'wipe-signatures' || step.kind === 'make-raw') await checkOpeners(host, device);
}

/** A database that writes to a raw drive holds nothing that the kernel would call busy. */
export async function checkOpeners(host: Host, device: string): Promise<void> {
  const openers = await host.openersOf(device);
  if (openers.length > 0) throw new RefusedError(device, `it is open in ${openers.join(', ')}`);
}

/** Content of a device; a failed look is a refusal, because the unseen could be data. */
export async function contentOf(host: Host, device: string): Promise<ProbedContent | undefined> {
  try {
    return await probeContent(host, device);
  } catch (error) {
    throw new RefusedError(device, `what is on it cannot be told: ${messageOf(error)}`, { cause: error });
  }
}

/** A step may only replace what carries its own UUID, or one that it was planned to replace: half-made things of ours. */
function obstacleTo(step: Step, { type, uuid, pairs }: ProbedContent): string | undefined {
  if (step.kind === 'wipe-signatures' && isDeepStrictEqual(pairs, step.carries)) return undefined;
  // Behind a new random key everything is noise; that it is our mapping was looked at.
  if (step.kind === 'mkswap' && step.mappingOf !== undefined) return undefined;
  if (step.kind === 'vg-create') {
    return type === 'LVM2_member' ? undefined : `it now carries ${type} and is no physical volume`;
  }
  if (uuid !== undefined && replaceable(step).some((own) => plain(own) === plain(uuid))) return undefined;
  const carried = uuid === undefined ? type : `${type} with UUID ${uuid}`;
  return `it now carries ${carried}, which the step “${step.name}” must not replace`;
}

function replaceable(step: Step): string[] {
  switch (step.kind) {
    case 'mkfs':
    case 'md-create':
    case 'pv-create':
    case 'mark-swap':
    case 'mkswap':
      return [step.uuid, ...step.replaces];
    case 'crypt-open':
      return [step.uuid];
    default:
      return [];
  }
}

/** Each program has a notation of its own; a UUID that is none, such as a FAT serial number, is compared as it is. */
const plain = (uuid: string): string => plainUuid(uuid) ?? uuid;

/** Does the work with the device open exclusively, so that nobody can take it. Rejects with RefusedError when it is taken. */
export async function exclusively(host: Host, device: string, work: () => Promise<void>): Promise<void> {
  const held = { yet: false };
  try {
    await host.holdExclusive(device, () => {
      held.yet = true;
      return work();
    });
  } catch (error) {
    throw held.yet ? error : takenError(device, error);
  }
}

/** Asks the kernel whether a device is in nobody's use. Rejects with RefusedError. */
export async function probeFree(host: Host, device: string): Promise<void> {
  try {
    await host.probeExclusive(device);
  } catch (error) {
    throw takenError(device, error);
  }
}

function takenError(device: string, cause: unknown): RefusedError {
  const busy = cause instanceof Error && 'code' in cause && cause.code === 'EBUSY';
  const reason = busy
    ? 'it is in use (EBUSY): mounted in some namespace, or part of an md array, of LVM or of swap'
    : `it cannot be opened for writing: ${messageOf(cause)}`;
  return new RefusedError(device, reason, { cause });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
