import type { Plan } from '../../api/plan.ts';
import type { Context } from '../cli/verb.ts';
import type { ProgressView } from './follow-request.ts';
import { plainProgress } from './plain-progress.ts';

/** Where requests to several nodes show themselves. */
export interface Views {
  open: (node: string, plan: Plan | undefined) => Promise<ProgressView> | ProgressView;
  /** For the requests themselves: what they write does not tear the screen. */
  context: Context;
  /** Ends the screen and writes what was held back. */
  close: () => void;
}

/** Lines where there is no terminal; there, the steps of one node, or a line for each of several. */
export async function openViews(nodes: readonly string[], context: Context): Promise<Views> {
  const { terminal, clock } = context;
  if (terminal === undefined) {
    return { context, open: (node) => plainProgress(node, context.stderr), close: () => undefined };
  }
  if (nodes.length === 1) {
    const { screenProgress } = await import('./screen-progress.tsx');
    const open = (node: string, plan: Plan | undefined) => screenProgress(node, plan, { terminal, clock });
    return { context, open, close: () => undefined };
  }
  const { fleetProgress } = await import('./fleet-progress.tsx');
  const fleet = fleetProgress(nodes, { terminal, clock });
  const held: (() => unknown)[] = [];
  const hold = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => held.push(() => context[name].write(text)),
  });
  return {
    open: (node) => fleet.view(node),
    context: { ...context, stdout: hold('stdout'), stderr: hold('stderr') },
    close: () => {
      fleet.close();
      for (const write of held) write();
    },
  };
}
