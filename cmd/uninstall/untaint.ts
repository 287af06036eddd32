import { TAINTED } from '../../api/keys.ts';
import type { Taint } from '../../api/meta.ts';
import { ownTaintKeys } from '../../api/tainted.ts';
import type { KubeApi } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { editNode } from '../../kube/edit-node.ts';
import { isNotFound } from '../../kube/errors.ts';
import { nodes, type Node } from '../../kube/resources.ts';
import type { NodeEdit } from '../../kube/taints.ts';
import type { DryRun } from '../cli/dry-run.ts';
import type { Output } from '../cli/verb.ts';
import { Failure, Failures } from '../errors/exit.ts';
import { dryRunNote } from './delete-ours.ts';

export interface UntaintOptions {
  kube: KubeApi;
  clock: Clock;
  signal: AbortSignal;
  stdout: Output;
  dryRun: DryRun;
  /** Removes what taints and has come back; gives how much had. */
  stopAgain: () => Promise<number>;
}

/** The API servers go on with a registration or a right that was just deleted for a moment: their caches follow. */
const SETTLE_MS = 2_000;
const MAX_PASSES = 15;

/**
 * Takes the taints that we put on (annotation `tainted`) off every node, and looks again until nothing new has come:
 * a node may be born, or a last write land, while this goes on.
 */
export async function untaintAll(options: UntaintOptions): Promise<void> {
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const returned = options.dryRun === 'none' ? await options.stopAgain() : 0;
    const changed = returned + (await untaintOnce(options));
    if (options.dryRun !== 'none' || (changed === 0 && pass > 0)) return;
    await options.clock.sleep(SETTLE_MS, options.signal);
  }
  throw new Failure(
    `nodes were tainted again in each of ${MAX_PASSES} looks: something still puts our taint on`,
    {
      next: 'Look for another nvme-webhook: kubectl get pods -A -l app.kubernetes.io/name=nvme-webhook',
    },
  );
}

async function untaintOnce({ kube, stdout, dryRun }: UntaintOptions): Promise<number> {
  const { items } = await kube.listAll(nodes);
  const ours = items.filter((node) => untaintEdit(node) !== undefined);
  const results = await Promise.allSettled(ours.map((node) => untaint(kube, node, dryRun)));
  const errors = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  for (const [index, { status }] of results.entries()) {
    const name = ours[index]?.metadata?.name ?? '';
    if (status === 'fulfilled') stdout.write(`node/${name} untainted${dryRunNote(dryRun)}\n`);
  }
  if (errors.length > 0) throw new Failures(errors);
  return ours.length;
}

async function untaint(kube: KubeApi, { metadata = {} }: Node, dryRun: DryRun): Promise<void> {
  if (dryRun !== 'none') return;
  try {
    await editNode(kube, metadata.name ?? '', untaintEdit);
  } catch (error) {
    // A node that is gone keeps no taint.
    if (!isNotFound(error)) throw error;
  }
}

/** Takes off exactly the recorded taints: one of the same key but another effect is somebody else's. */
export function untaintEdit(node: Node): NodeEdit | undefined {
  const record = node.metadata?.annotations?.[TAINTED];
  if (record === undefined) return undefined;
  const recorded = new Set(record.split(','));
  const keys = ownTaintKeys(node);
  const taints = (node.spec?.taints ?? []) as Taint[];
  const others = taints.filter(({ key, effect }) => keys.includes(key) && !recorded.has(`${key}:${effect}`));
  return { removeTaintKeys: keys, addTaints: others, annotations: { [TAINTED]: null } };
}
