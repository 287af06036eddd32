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
  for (const device of writesTo(step)) {
    const content = await contentOf(host, device);
    const obstacle = content && obstacleTo(step, content);
    if (obstacle !== undefined) throw new RefusedError(device, obstacle);
    await probeFree(host, device);
  }
}

/** Content of a device; a failed look is a refusal, because the unseen could be data. */
export async function contentOf(host: Host, device: string): Promise<ProbedContent | undefined> {
  try {
    return await probeContent(host, device);
  } catch (error) {
    throw new RefusedError(device, `what is on it cannot be told: ${messageOf(error)}`, { cause: error });
  }
}

/** A step may only replace what has its own UUID: something of ours that was never completed. */
function obstacleTo(step: Step, content: ProbedContent): string | undefined {
  const expected = replaces(step);
  if (expected === undefined) return undefined;
  if (mayReplace(step).some((uuid) => sameAs(uuid, content.uuid))) return undefined;
  const sameType = expected.type === undefined || expected.type === content.type;
  const sameUuid = expected.uuid === undefined || sameAs(expected.uuid, content.uuid);
  if (sameType && sameUuid) return undefined;
  const carried = content.uuid === undefined ? content.type : `${content.type} with UUID ${content.uuid}`;
  return `it now carries ${carried}, which ${step.name} must not replace`;
}

function replaces(step: Step): { type?: string; uuid?: string | undefined } | undefined {
  switch (step.kind) {
    case 'mkfs':
      return { uuid: step.uuid };
    case 'wipe-signatures':
      return { uuid: step.uuid };
    case 'md-create':
      return { type: 'linux_raid_member', uuid: step.uuid };
    case 'pv-create':
      return { type: 'LVM2_member', uuid: step.uuid };
    case 'vg-create':
      return { type: 'LVM2_member' };
    default:
      return undefined;
  }
}

/** Half-made things of ours that planning has found there. */
function mayReplace(step: Step): string[] {
  return 'replaces' in step ? step.replaces : [];
}

async function probeFree(host: Host, device: string): Promise<void> {
  try {
    await host.probeExclusive(device);
  } catch (error) {
    const busy = error instanceof Error && 'code' in error && error.code === 'EBUSY';
    const reason = busy
      ? 'it is in use (EBUSY): mounted in some namespace, or part of an md array, of LVM or of swap'
      : `it cannot be opened for writing: ${messageOf(error)}`;
    throw new RefusedError(device, reason, { cause: error });
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const sameAs = (uuid: string, other: string | undefined): boolean =>
  (plainUuid(uuid) ?? uuid) === (plainUuid(other) ?? other);
