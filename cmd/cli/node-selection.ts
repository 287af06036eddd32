import { UsageError } from '../errors/usage.ts';
import { textOf, type Flag } from './flag.ts';
import { nodeNames } from './node-names.ts';
import type { Invocation } from './verb.ts';

/** The nodes that a command line is about. */
export interface NodeSelection {
  /** Empty for all, or for those of the selector. */
  names: readonly string[];
  /** Label selector on the Nodes. */
  selector?: string;
}

export const SELECTOR_FLAG: Flag = {
  long: 'selector',
  short: 'l',
  value: 'SELECTOR',
  description: 'Label selector on the nodes, for example disk=nvme',
};

/** Reads names and `-l`; both at once are refused in kubectl's words. */
export function nodeSelection({ args, flags }: Invocation): NodeSelection {
  const names = nodeNames(args);
  const selector = textOf(flags, 'selector');
  if (names.length > 0 && selector !== undefined) {
    throw new UsageError('selectors and the all flag cannot be used when passing resource/name arguments');
  }
  return { names, ...(selector === undefined ? {} : { selector }) };
}

/** The same for verbs that never mean all nodes. */
export function requiredNodes(invocation: Invocation, command: string): NodeSelection {
  const selection = nodeSelection(invocation);
  if (selection.names.length === 0 && selection.selector === undefined) {
    throw new UsageError(`NODE is required: ${command} NODE, or -l SELECTOR`);
  }
  return selection;
}
