import { render } from 'ink';
import type { Context, Terminal } from '../../cli/verb.ts';
import { explain } from '../../errors/explain.ts';
import { Interrupted } from '../../errors/exit.ts';
import { humanDuration } from '../../print/age.ts';
import { nodeEvents } from '../../read/node-events.ts';
import { startLiveStatus, type LiveStatus } from '../live-status.ts';
import type { WatchOp } from '../watch.ts';
import { StatusScreen } from './status-screen.tsx';

/** Redraws at most this often for changes of the cluster; keys are answered at once. */
const CHANGE_MS = 250;

/** Ages move on by themselves. */
const IDLE_MS = 1000;

/** Shows the live screen until `q` (resolves) or Ctrl-C (rejects with Interrupted). */
export async function watchOnScreen(op: WatchOp, context: Context & { terminal: Terminal }): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const feed = new Feed();
  const live = await startLiveStatus(
    {
      ...context,
      query: op.query,
      onChange: () => feed.changed(),
      onTrouble: (error) => feed.broke(error, context),
    },
    signal,
  );
  const interruption = new AbortController();
  const frame = () => (
    <StatusScreen
      {...frameProps(op, context, live, feed)}
      loadEvents={async (node) => (await nodeEvents(context.kube, node)).items}
      onInterrupt={() => interruption.abort()}
      {...(context.terminal.suspend ? { suspend: context.terminal.suspend } : {})}
    />
  );
  const screen = render(frame(), {
    stdout: context.terminal.stdout,
    stdin: context.terminal.stdin,
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  const interrupted = AbortSignal.any([context.signal, interruption.signal]);
  interrupted.addEventListener('abort', () => screen.unmount(), { once: true });
  const redrawing = redraw(context, feed, signal, () => screen.rerender(frame()));
  await screen.waitUntilExit();
  stop.abort();
  await redrawing;
  if (interrupted.aborted) throw new Interrupted('interrupted');
}

async function redraw({ clock }: Context, feed: Feed, signal: AbortSignal, draw: () => void): Promise<void> {
  try {
    while (!signal.aborted) {
      await clock.sleep(CHANGE_MS, signal);
      if (!feed.take() && clock.now() - feed.drawnAt < IDLE_MS) continue;
      feed.drawnAt = clock.now();
      draw();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function frameProps(
  { print }: WatchOp,
  context: Context & { terminal: Terminal },
  live: LiveStatus,
  feed: Feed,
) {
  const now = context.clock.now();
  const stale = feed.trouble !== undefined && live.heardAgo() > now - feed.trouble.at;
  return {
    rows: live.summaries.rows(),
    now,
    wide: print.format.kind === 'table' && print.format.wide,
    color: context.terminal.color,
    ...(stale && feed.trouble
      ? { trouble: `no news for ${humanDuration(live.heardAgo())}: ${feed.trouble.message}` }
      : {}),
  };
}

/** What happened since the last frame. */
class Feed {
  drawnAt = 0;
  trouble: { message: string; at: number } | undefined;
  #dirty = false;

  changed(): void {
    this.#dirty = true;
  }

  broke(error: unknown, { clock }: Context): void {
    this.trouble = { message: explain(error).join(' '), at: clock.now() };
    this.#dirty = true;
  }

  take(): boolean {
    const dirty = this.#dirty;
    this.#dirty = false;
    return dirty;
  }
}
