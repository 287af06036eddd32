import { LabApiError, type LabApi } from '../cluster/api.ts';
import type { LabContext } from '../context.ts';
import { LabError } from '../errors.ts';
import { exitedEarly, runningProcess } from '../process/tracked.ts';
import { waitFor } from '../wait.ts';
import { guestExec, GuestUnreachableError } from './guest-exec.ts';
import { UNINITIALIZED_TAINT, type NodeObject } from '../cluster/node-object.ts';
import type { Machine } from './machine.ts';
import { machineProcess } from './power.ts';
import { join } from 'node:path';

/** Several times what a translated machine takes on a busy host. */
const BOOT_TIMEOUT_MS = 240_000;

/** Where a machine belongs. */
export interface Place {
  ctx: LabContext;
  labDir: string;
  api: LabApi;
}

/** The guest's `/proc/sys/kernel/random/boot_id`, another one after each boot. */
export async function guestBootID(machine: Machine, timeoutMs = 10_000): Promise<string> {
  const { stdout } = await guestExec(machine, ['cat', '/proc/sys/kernel/random/boot_id'], { timeoutMs });
  return stdout.trim();
}

/** Waits until the guest runs programs and has all its drives, in a boot other than `before`; gives the new boot ID. */
export async function untilBooted(place: Place, machine: Machine, before?: string): Promise<string> {
  const bootID = await untilAnswering(place, machine, before);
  await untilDrivesAreThere(machine);
  return bootID;
}

/**
 * The guest answers before udev has come to its drives. Starting what a boot starts anyway waits for it: a service of the
 * running boot is started once.
 */
async function untilDrivesAreThere(machine: Machine): Promise<void> {
  const script =
    'systemctl start systemd-udev-trigger.service lab-drives.service && udevadm settle --timeout=60';
  const { exitCode, stderr } = await guestExec(machine, ['sh', '-c', script], { timeoutMs: BOOT_TIMEOUT_MS });
  if (exitCode !== 0)
    throw new LabError('Exited', `node ${machine.name}: its drives did not come: ${stderr.trim()}`);
}

async function untilAnswering(place: Place, machine: Machine, before?: string): Promise<string> {
  let lastSeen = 'nothing';
  const options = {
    timeoutMs: BOOT_TIMEOUT_MS,
    intervalMs: 250,
    signal: place.ctx.signal,
    lastSeen: () => lastSeen,
  };
  return await waitFor(`node ${machine.name} to boot`, options, async () => {
    await mustBeOn(place, machine);
    try {
      const now = await guestBootID(machine, 3_000);
      lastSeen = `boot ${now}`;
      return now === before || now === '' ? undefined : now;
    } catch (error) {
      if (error instanceof Error) lastSeen = error.message;
      return undefined;
    }
  });
}

async function mustBeOn({ labDir }: Place, machine: Machine): Promise<void> {
  const name = machineProcess(machine.name);
  if ((await runningProcess(labDir, name)) === undefined)
    throw await exitedEarly(name, join(labDir, 'logs', `${name}.log`));
}

/** Why a Node cannot be used in this boot yet; undefined when it can. An old boot's Ready=True counts for nothing. */
export function notReadyReason(node: NodeObject, bootID: string): string | undefined {
  if (node.status.nodeInfo?.bootID !== bootID) return 'the kubelet of this boot has not reported yet';
  const ready = node.status.conditions?.find(({ type }) => type === 'Ready');
  if (ready?.status !== 'True')
    return `Ready is ${ready?.status ?? 'not set'} (${ready?.reason ?? 'no reason'})`;
  if (node.spec.taints?.some(({ key }) => key === UNINITIALIZED_TAINT))
    return 'the cloud’s controller has not initialized it';
  return undefined;
}

/** Waits until the Node is Ready in the boot that the guest is in. */
export async function untilReady(place: Place, machine: Machine): Promise<NodeObject> {
  const bootID = await untilBooted(place, machine);
  let lastSeen = 'nothing';
  const options = {
    timeoutMs: BOOT_TIMEOUT_MS,
    intervalMs: 250,
    signal: place.ctx.signal,
    lastSeen: () => lastSeen,
  };
  return await waitFor(`node ${machine.name} to be Ready`, options, async () => {
    await mustBeOn(place, machine);
    try {
      const node = (await place.api.get(`/api/v1/nodes/${machine.name}`)) as NodeObject;
      lastSeen = notReadyReason(node, bootID) ?? 'Ready';
      return lastSeen === 'Ready' ? node : undefined;
    } catch (error) {
      if (error instanceof GuestUnreachableError) throw error;
      lastSeen = error instanceof LabApiError && error.status === 404 ? 'no such Node' : String(error);
      return undefined;
    }
  });
}
