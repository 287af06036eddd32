import type { PrintRequest } from '../cli/print-flags.ts';
import type { Context } from '../cli/verb.ts';
import { Failure, Failures } from '../errors/exit.ts';
import { collectOrphans, type OrphanView } from '../orphans/collect.ts';
import { judgeOrphans, type JudgedOrphan } from '../orphans/report.ts';
import { writeRows } from '../print/write-rows.ts';
import { approve } from './approve.ts';
import { carryOutPass } from './carry-out.ts';
import { approvalRow, printableRows, rowsOf } from './rows.ts';

/** A parsed `cleanup`. */
export interface CleanupOp {
  /** Names of PersistentVolumes; empty for all. */
  volumes: readonly string[];
  /** Names of StorageClasses; empty for all. */
  storageClasses: readonly string[];
  dryRun: boolean;
  approve: boolean;
  print: PrintRequest;
}

/** A claim goes once its pods are gone, and its volume after it: more passes than that find nothing new. */
const PASSES = 5;
const BETWEEN_PASSES_MS = 1_000;

/** Shows, releases or carries out what clean-up decides. */
export async function runCleanup(op: CleanupOp, context: Context): Promise<void> {
  const view = await collectOrphans(context.kube);
  for (const note of view.notes) context.stderr.write(`Note: ${note}\n`);
  const orphans = judged(op, view, context);
  refuseUnknown(op, orphans);
  if (op.approve) await approveOrphans(op, view, orphans, context);
  else if (op.dryRun) await show(op, orphans, context);
  else await carryOutAll(op, orphans, context);
}

function judged(op: CleanupOp, { state, memory }: OrphanView, { clock }: Context): JudgedOrphan[] {
  return judgeOrphans(state, memory, clock.now()).filter(
    ({ orphan }) =>
      (op.volumes.length === 0 || op.volumes.includes(orphan.metadata.name)) &&
      (op.storageClasses.length === 0 || op.storageClasses.includes(orphan.storageClass ?? '')),
  );
}

function refuseUnknown({ volumes }: CleanupOp, orphans: readonly JudgedOrphan[]): void {
  const known = new Set(orphans.map(({ orphan }) => orphan.metadata.name));
  const unknown = volumes.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new Failure(`no orphan of the name ${unknown.join(', ')}`, {
    next: 'See them: kubectl nvme list orphans',
  });
}

async function show(op: CleanupOp, orphans: readonly JudgedOrphan[], context: Context): Promise<void> {
  const rows = orphans.flatMap((orphan) => rowsOf(orphan, context.clock.now()));
  await writeRows(rows, printableRows, op.print, context);
}

async function approveOrphans(
  op: CleanupOp,
  view: OrphanView,
  orphans: readonly JudgedOrphan[],
  context: Context,
): Promise<void> {
  const released = orphans.filter(({ orphan }) => orphan.approvable);
  if (op.dryRun) {
    await writeRows(released.map(approvalRow), printableRows, op.print, context);
    return;
  }
  if (released.length === 0) {
    context.stderr.write('Nothing waits for an approval\n');
    return;
  }
  if (view.record === undefined) throw noRecord();
  const uids = released.map(({ orphan }) => orphan.metadata.uid);
  const existing = new Set(view.state.volumes.map(({ uid }) => uid));
  await approve(context.kube, view.record, uids, existing);
  for (const { orphan } of released)
    context.stdout.write(`persistentvolume/${orphan.metadata.name} approved\n`);
  context.stderr.write('nvme-webhook deletes them now; see what is left: kubectl nvme list orphans\n');
}

const noRecord = (): Failure =>
  new Failure('nvme-webhook has left no record in which volumes could be approved, or it may not be read', {
    next: 'See whether it runs: kubectl get pods -A -l app.kubernetes.io/name=nvme-webhook',
  });

async function carryOutAll(op: CleanupOp, first: JudgedOrphan[], context: Context): Promise<void> {
  let orphans = first;
  const errors: unknown[] = [];
  for (let pass = 1; ; pass += 1) {
    const result = await carryOutPass(orphans, context);
    errors.push(...result.errors);
    if (result.deleted === 0 || result.errors.length > 0 || pass === PASSES) break;
    await context.clock.sleep(BETWEEN_PASSES_MS, context.signal);
    orphans = judged(op, await collectOrphans(context.kube), context);
  }
  tellTheRest(orphans, context);
  if (errors.length > 0) throw new Failures(errors);
}

/** Held and waiting volumes are no failure: the rules want it so. */
function tellTheRest(orphans: readonly JudgedOrphan[], { stderr, clock }: Context): void {
  const rows = orphans
    .flatMap((orphan) => rowsOf(orphan, clock.now()))
    .filter(({ action }) => action !== 'Delete');
  for (const { volume, reason } of rows) stderr.write(`persistentvolume/${volume} is left: ${reason}\n`);
  if (orphans.length === 0) stderr.write('Nothing is left to clean up\n');
}
