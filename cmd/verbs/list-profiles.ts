import { nodes, nvmeProfiles } from '../../kube/resources.ts';
import { textOf } from '../cli/flag.ts';
import { PRINT_FLAGS, printRequest, type PrintRequest } from '../cli/print-flags.ts';
import { clusterVerb, type Context, type Invocation } from '../cli/verb.ts';
import { UsageError } from '../errors/usage.ts';
import { listProfiles, printableProfiles } from '../list/profiles.ts';
import { writeRows } from '../print/write-rows.ts';
import { allOf } from '../read/all-of.ts';
import { installed } from '../read/installed.ts';
import { optional } from '../read/optional.ts';

interface ListProfilesOp {
  selector?: string;
  print: PrintRequest;
}

/** `kubectl nvme list profiles`: what nodes should look like, and how many each profile rules. */
export const listProfilesVerb = clusterVerb<ListProfilesOp>({
  usage: {
    args: '',
    maxArgs: 0,
    description:
      'List the NVMeProfiles, every default filled in, with the number of nodes that each rules.\n' +
      'One that rules no node may select labels that no node has.',
    examples: [
      { comment: 'All, with their selectors', command: 'kubectl nvme list profiles -o wide' },
      { comment: 'The one that wins first', command: 'kubectl nvme list profiles --sort-by=.spec.priority' },
    ],
    flags: [
      {
        long: 'selector',
        short: 'l',
        value: 'SELECTOR',
        description: 'Label selector on the profiles, for example team=db',
      },
      ...PRINT_FLAGS,
    ],
  },
  parse,
  run,
});

function parse({ args, flags }: Invocation): ListProfilesOp {
  if (args.length > 0) throw new UsageError(`extra arguments: [${args.join(' ')}]`);
  const selector = textOf(flags, 'selector');
  return { print: printRequest(flags), ...(selector === undefined ? {} : { selector }) };
}

async function run({ selector, print }: ListProfilesOp, context: Context): Promise<void> {
  const { kube, stderr, clock } = context;
  const [profiles, found] = await allOf([
    installed(kube.listAll(nvmeProfiles), nvmeProfiles),
    optional(kube.listAll(nodes), (why) => stderr.write(`Note: Nodes are not counted: ${why}\n`)),
  ]);
  const wanted = selector === undefined ? undefined : await namesOf(context, selector);
  // All of them are needed to know which one rules a node.
  const rows = listProfiles(profiles.items, found).filter(
    ({ metadata }) => wanted?.has(metadata.name ?? '') ?? true,
  );
  await writeRows(
    rows,
    printableProfiles(() => clock.now()),
    print,
    context,
  );
}

/** The server selects: only it knows all of the selector's language. */
async function namesOf({ kube }: Context, labelSelector: string): Promise<Set<string>> {
  const { items } = await kube.listAll(nvmeProfiles, { labelSelector });
  return new Set(items.map(({ metadata }) => metadata.name ?? ''));
}
