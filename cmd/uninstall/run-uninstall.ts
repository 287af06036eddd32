import { AGENT_NAME, AGENT_NAMESPACE, HOME_NAMESPACE, WEBHOOK_NAME } from '../../api/parts.ts';
import type { DryRun } from '../cli/dry-run.ts';
import type { Context } from '../cli/verb.ts';
import { Failure, Interrupted } from '../errors/exit.ts';
import { deadline, type Deadline } from '../follow/deadline.ts';
import { everything, type ManifestObject } from '../install/bundle.ts';
import { REGISTRATIONS } from '../install/unwanted.ts';
import { deleteOurs } from './delete-ours.ts';
import { leftBehind } from './left-behind.ts';
import { uninstallStages } from './stages.ts';
import { untaintAll } from './untaint.ts';
import { objectsGone, podsGone } from './wait-gone.ts';

export interface UninstallOp {
  dryRun: DryRun;
  /** Delete the CRDs too, and with them all profiles and reports. */
  definitions: boolean;
  wait: boolean;
  /** Milliseconds for everything that is waited for, 0 for no limit. */
  timeoutMs: number;
}

/**
 * Takes everything of ours out of the cluster and leaves the data. What taints goes first and the taints last, so
 * that none comes back; every step finds things as they are, so a second run finishes what a first one began.
 */
export async function runUninstall(op: UninstallOp, context: Context): Promise<void> {
  const limit = deadline(context.clock, context.signal, op.timeoutMs);
  try {
    await uninstall(op, context, limit);
  } catch (error) {
    if (context.signal.aborted) throw new Interrupted('interrupted', { cause: error });
    throw error;
  } finally {
    limit.clear();
  }
}

async function uninstall(op: UninstallOp, context: Context, limit: Deadline): Promise<void> {
  const stages = uninstallStages(everything(await context.bundle()));
  const remove = (objects: readonly ManifestObject[]): Promise<ManifestObject[]> =>
    deleteAll(objects, op, context);
  await remove(stages.webhook);
  await stopped(HOME_NAMESPACE, WEBHOOK_NAME, op, context, limit);
  await remove(stages.rights);
  await remove(stages.agent);
  await stopped(AGENT_NAMESPACE, AGENT_NAME, op, context, limit);
  await untaintAll({ ...context, dryRun: op.dryRun, stopAgain: () => unregister(context) });
  await remove(stages.rest);
  const going = await remove([...stages.namespaces, ...(op.definitions ? stages.definitions : [])]);
  if (op.wait && op.dryRun === 'none' && !(await objectsGone(going, { ...context, limit }))) {
    throw new Failure('timed out waiting for the namespaces to go; no node has our taint any more', {
      next: `What holds them: kubectl get namespace ${HOME_NAMESPACE} ${AGENT_NAMESPACE} -o yaml`,
    });
  }
  for (const line of await leftBehind(context.kube)) context.stderr.write(`${line}\n`);
}

/**
 * A replica that was still ending, or runs on a node that cannot be reached, makes its registrations anew at once as long
 * as it may. Gives how many it had made.
 */
async function unregister({ kube, stdout }: Context): Promise<number> {
  // What is left because it is not ours was said before.
  const stderr = { write: () => undefined };
  let removed = 0;
  for (const registration of REGISTRATIONS) {
    const outcome = await deleteOurs(registration, { kube, stdout, stderr, dryRun: 'none' });
    if (outcome === 'deleted') removed += 1;
  }
  return removed;
}

/** Gives the objects that were deleted; what is not ours is not waited for. */
async function deleteAll(
  objects: readonly ManifestObject[],
  { dryRun }: UninstallOp,
  { kube, stdout, stderr }: Context,
): Promise<ManifestObject[]> {
  const going: ManifestObject[] = [];
  for (const object of objects) {
    const outcome = await deleteOurs(object, { kube, stdout, stderr, dryRun });
    if (outcome !== 'left') going.push(object);
  }
  return going;
}

/** Also without --wait: a program that still runs would work against what comes next. */
async function stopped(
  namespace: string,
  program: string,
  { dryRun }: UninstallOp,
  context: Context,
  limit: Deadline,
): Promise<void> {
  if (dryRun !== 'none' || (await podsGone(namespace, program, { ...context, limit }))) return;
  context.stderr.write(`Note: pods of ${program} are still ending, on nodes that do not answer; going on\n`);
}
