import type { NodeSelection } from '../cli/node-selection.ts';
import type { Context } from '../cli/verb.ts';
import type { PrintRequest } from '../cli/print-flags.ts';
import { explain } from '../errors/explain.ts';
import { sortByPath } from '../print/sort.ts';
import { printableNodes } from './columns.ts';
import { startLiveStatus } from './live-status.ts';
import type { NodeStorage } from './node-storage.ts';
import { WatchLines } from './watch-lines.ts';

export interface WatchOp {
  query: NodeSelection;
  print: PrintRequest;
}

/** `status -w`: a live screen when it is a plain table on a terminal, kubectl's watch lines everywhere else. */
export async function watchStatus(op: WatchOp, context: Context): Promise<void> {
  if (context.terminal && op.print.format.kind === 'table') {
    const { watchOnScreen } = await import('./screen/watch-on-screen.tsx');
    await watchOnScreen(op, { ...context, terminal: context.terminal });
  } else {
    await watchInLines(op, context);
  }
}

async function watchInLines({ query, print }: WatchOp, context: Context): Promise<void> {
  const { kube, clock, signal, stdout, stderr } = context;
  let changed = Promise.withResolvers<undefined>();
  const live = await startLiveStatus(
    {
      kube,
      clock,
      query,
      onChange: () => changed.resolve(undefined),
      onTrouble: (error) => stderr.write(`${explain(error).join(' ')}\n`),
    },
    signal,
  );
  const lines = new WatchLines(
    printableNodes(() => clock.now()),
    print,
  );
  const interrupted = rejectOnAbort(signal);
  for (;;) {
    changed = Promise.withResolvers<undefined>();
    const text = await lines.update(ordered(live.summaries.rows(), print.sortBy));
    if (text !== '') stdout.write(text);
    await Promise.race([changed.promise, interrupted]);
  }
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

const ordered = (rows: NodeStorage[], sortBy: string | undefined): NodeStorage[] =>
  sortBy === undefined ? rows : sortByPath(rows, sortBy);
