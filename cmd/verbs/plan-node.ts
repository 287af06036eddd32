import { requiredNodes, SELECTOR_FLAG, type NodeSelection } from '../cli/node-selection.ts';
import { textOf } from '../cli/flag.ts';
import { PRINT_FLAGS, printRequest, type PrintRequest } from '../cli/print-flags.ts';
import { clusterVerb, type Context, type Invocation } from '../cli/verb.ts';
import { Failure, Failures } from '../errors/exit.ts';
import { printablePlans, readPlan, refusalOf, type NodePlan } from '../plan/node-plan.ts';
import { printObjects } from '../print/objects.ts';
import { sortByPath } from '../print/sort.ts';
import { selectedNodes } from '../read/selected-nodes.ts';
import { WISH_FLAGS, wishOf, type Wish } from '../setup/order-flags.ts';
import { planText } from '../setup/print-plan.ts';

interface PlanOp {
  nodes: NodeSelection;
  wish: Wish;
  /** Undefined for the text that people read. */
  print?: PrintRequest;
}

/** `kubectl nvme plan node`: what set-up would do, and every drive that it would leave alone; changes nothing. */
export const planNode = clusterVerb<PlanOp>({
  usage: {
    args: 'NODE...',
    candidates: 'nodes',
    description:
      'Show the steps that set-up would run on nodes, with their commands, and every drive that it would leave alone.\n' +
      'Reads only. Exits with 1 when a node has no plan, or no drive that may be set up.',
    examples: [
      { comment: 'As the matching profile says', command: 'kubectl nvme plan node worker-1' },
      { comment: 'With another layout', command: 'kubectl nvme plan node worker-1 --layout raid' },
      { comment: 'One line a node', command: 'kubectl nvme plan node -l disk=nvme -o wide' },
    ],
    flags: [...WISH_FLAGS, SELECTOR_FLAG, ...PRINT_FLAGS],
  },
  parse,
  run,
});

function parse(invocation: Invocation): PlanOp {
  const { flags } = invocation;
  const print = printRequest(flags);
  return {
    nodes: requiredNodes(invocation, 'kubectl nvme plan node'),
    wish: wishOf(flags),
    ...(textOf(flags, 'output') === undefined ? {} : { print }),
  };
}

async function run({ nodes, wish, print }: PlanOp, { kube, stdout }: Context): Promise<void> {
  const names = await selectedNodes(kube, nodes);
  const results = await Promise.allSettled(names.map((node) => readPlan(kube, { node, ...wish })));
  const plans = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  if (plans.length > 0) stdout.write(await printed(plans, print, names.length === 1));
  const errors = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  const refusals = plans.flatMap((plan) => refusalOf(plan) ?? []).map((message) => new Failure(message));
  if (errors.length + refusals.length > 0) throw new Failures([...errors, ...refusals]);
}

function printed(
  plans: NodePlan[],
  print: PrintRequest | undefined,
  single: boolean,
): Promise<string> | string {
  if (print === undefined) return plans.map((plan) => planText(plan.metadata.name, plan)).join('\n');
  const rows = print.sortBy === undefined ? plans : sortByPath(plans, print.sortBy);
  return printObjects(rows, printablePlans, { ...print, single });
}
