import { nodeNames } from '../cli/node-names.ts';
import { clusterVerb, type Context, type Invocation } from '../cli/verb.ts';
import { describeNode } from '../describe/collect.ts';
import { descriptionText } from '../describe/text.ts';
import { Failures } from '../errors/exit.ts';
import { UsageError } from '../errors/usage.ts';

interface DescribeOp {
  names: readonly string[];
}

/** `kubectl nvme describe node`: everything about one node, and what to do next. */
export const describeNodeVerb = clusterVerb<DescribeOp>({
  usage: {
    args: 'NODE...',
    candidates: 'nodes',
    description:
      'Show everything about a node: each drive with role, state and reason, the plan, volumes and the pods on them,\n' +
      'hugepages, conditions, the last events, and what to do next.',
    examples: [{ comment: 'One node', command: 'kubectl nvme describe node worker-1' }],
    flags: [],
  },
  parse({ args }: Invocation) {
    const names = nodeNames(args);
    if (names.length === 0) throw new UsageError('NODE is required: kubectl nvme describe node NODE');
    return { names };
  },
  run,
});

async function run({ names }: DescribeOp, { kube, clock, stdout, stderr }: Context): Promise<void> {
  const results = await Promise.allSettled(names.map((name) => describeNode(kube, name)));
  const found = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  for (const note of new Set(found.flatMap(({ notes }) => notes))) stderr.write(`Note: ${note}\n`);
  // Two blank lines between objects, as `kubectl describe` has them.
  stdout.write(found.map((one) => descriptionText(one, clock.now())).join('\n\n'));
  const errors = results.flatMap((result) =>
    result.status === 'rejected' ? [result.reason as unknown] : [],
  );
  if (errors.length > 0) throw new Failures(errors);
}
