import { nodeNames } from '../cli/node-names.ts';
import { SELECTOR_FLAG, type NodeSelection } from '../cli/node-selection.ts';
import { textOf, textsOf, type Flag, type FlagValues } from '../cli/flag.ts';
import { PRINT_FLAGS, printRequest, type PrintRequest } from '../cli/print-flags.ts';
import type { Invocation } from '../cli/verb.ts';
import { UsageError } from '../errors/usage.ts';

/** A parsed `list` of things that nodes have. */
export interface ListOp<State extends string> {
  nodes: NodeSelection;
  /** Undefined for all. */
  states?: ReadonlySet<State>;
  print: PrintRequest;
}

/** Flags of every `list` over nodes; `states` are those that its objects can have. */
export function listFlags(states: readonly string[]): Flag[] {
  return [
    {
      long: 'node',
      value: 'NODE',
      repeated: true,
      candidates: 'nodes',
      description: 'Only of this node; may be repeated, or a list with commas',
    },
    {
      long: 'state',
      value: 'STATE',
      repeated: true,
      candidates: states,
      description: `Only in this state; may be repeated, or a list with commas. One of: ${states.join(', ')}`,
    },
    SELECTOR_FLAG,
    ...PRINT_FLAGS,
  ];
}

/** Reads listFlags. */
export function listOp<State extends string>(
  { args, flags }: Invocation,
  states: readonly State[],
): ListOp<State> {
  if (args.length > 0) throw new UsageError(`extra arguments: [${args.join(' ')}]; use --node for nodes`);
  const names = nodeNames(commaSeparated(flags, 'node'));
  const selector = textOf(flags, 'selector');
  if (names.length > 0 && selector !== undefined)
    throw new UsageError('--node and --selector exclude each other');
  const wanted = commaSeparated(flags, 'state').map((word) => stateOf(word, states));
  return {
    nodes: { names, ...(selector === undefined ? {} : { selector }) },
    ...(wanted.length === 0 ? {} : { states: new Set(wanted) }),
    print: printRequest(flags),
  };
}

const commaSeparated = (flags: FlagValues, long: string): string[] =>
  textsOf(flags, long).flatMap((text) => text.split(',').filter((part) => part !== ''));

function stateOf<State extends string>(word: string, states: readonly State[]): State {
  const state = states.find((candidate) => candidate.toLowerCase() === word.toLowerCase());
  if (state === undefined)
    throw new UsageError(`unknown state "${word}", expected one of: ${states.join(', ')}`);
  return state;
}
