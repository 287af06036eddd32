import { nodes } from '../../kube/resources.ts';
import { clusterVerb, type Context } from '../cli/verb.ts';
import { listFlags, listOp, type ListOp } from '../list/flags.ts';
import { collectOrphans } from '../orphans/collect.ts';
import { printableOrphans } from '../orphans/columns.ts';
import { judgeOrphans, ORPHAN_STATES, type OrphanState } from '../orphans/report.ts';
import { writeRows } from '../print/write-rows.ts';

/** `kubectl nvme list orphans`: volumes whose node is gone, as clean-up judges them. */
export const listOrphans = clusterVerb<ListOp<OrphanState>>({
  usage: {
    args: '',
    maxArgs: 0,
    description:
      'List volumes that have outlived their nodes, or may have, as clean-up judges them: Held by a rule that REASON\n' +
      'names, Waiting for the end of their grace period, or being deleted. Volumes with the rule Ignore are not shown.',
    examples: [
      { comment: 'All, and why they are still there', command: 'kubectl nvme list orphans' },
      { comment: 'Those that wait for a person', command: 'kubectl nvme list orphans --state Held' },
    ],
    flags: listFlags(ORPHAN_STATES),
  },
  parse: (invocation) => listOp(invocation, ORPHAN_STATES),
  run,
});

async function run(op: ListOp<OrphanState>, context: Context): Promise<void> {
  const { kube, clock, stderr } = context;
  const { state, memory, notes } = await collectOrphans(kube);
  const wanted = await nodeNames(op, context);
  for (const note of notes) stderr.write(`Note: ${note}\n`);
  const rows = judgeOrphans(state, memory, clock.now())
    .map(({ orphan }) => orphan)
    .filter((orphan) => (op.states?.has(orphan.state) ?? true) && (wanted?.has(orphan.node) ?? true));
  await writeRows(
    rows,
    printableOrphans(() => clock.now()),
    op.print,
    context,
  );
}

/** Names to keep; a node that is gone has no labels, so a selector finds only replaced ones and those that lost a volume. */
async function nodeNames(
  { nodes: { names, selector } }: ListOp<OrphanState>,
  { kube }: Context,
): Promise<Set<string> | undefined> {
  if (names.length > 0) return new Set(names);
  if (selector === undefined) return undefined;
  const { items } = await kube.listAll(nodes, { labelSelector: selector });
  return new Set(items.map(({ metadata }) => metadata?.name ?? ''));
}
