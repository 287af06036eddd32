import { setTimeout as delay } from 'node:timers/promises';
import type { KubeApi } from '../../kube/api.ts';
import { nvmeNodes } from '../../kube/resources.ts';
import { median } from '../median.ts';
import { FLEET, nodeName } from './fleet.ts';
import { PtyProgram } from './pty.ts';

const WINDOW_MS = 20_000;
const CHANGES_PER_SECOND = 100;
const KEYS = 20;

export interface LiveFigures {
  changesPerSecond: number;
  /** Share of one core. */
  cpu: number;
  keyMedianMs: number;
  keyWorstMs: number;
  peakBytes: number;
}

/** `status -w` in a pseudo-terminal while the fleet changes: its CPU time, and how soon a key is answered. */
export async function liveScreen(
  kube: KubeApi,
  plugin: string,
  env: NodeJS.ProcessEnv,
): Promise<LiveFigures> {
  const screen = new PtyProgram(`${plugin} status -w`, env);
  const ended = new AbortController();
  try {
    await screen.answered('', `${FLEET.nodes} nodes`, 60_000);
    const made = changes(kube, ended.signal);
    await delay(3_000);
    const [cpuBefore, began, changesBefore] = [screen.cpuMs(), performance.now(), made.count()];
    const keys: number[] = [];
    for (let press = 0; press < KEYS; press += 1) {
      const [key, shown] = press % 2 === 0 ? (['G', FLEET.nodes - 1] as const) : (['g', 0] as const);
      keys.push(await screen.answered(key, nodeName(shown), 10_000));
      await delay(WINDOW_MS / KEYS - (keys.at(-1) ?? 0));
    }
    const ms = performance.now() - began;
    return {
      changesPerSecond: ((made.count() - changesBefore) / ms) * 1000,
      cpu: (screen.cpuMs() - cpuBefore) / ms,
      keyMedianMs: median(keys),
      keyWorstMs: Math.max(...keys),
      peakBytes: screen.peakBytes(),
    };
  } finally {
    ended.abort();
    await screen.end();
  }
}

/** Writes so many changes a second, spread over the whole fleet, until the signal. */
function changes(kube: KubeApi, signal: AbortSignal): { count: () => number } {
  let count = 0;
  const began = performance.now();
  const timer = setInterval(() => {
    const due = ((performance.now() - began) / 1000) * CHANGES_PER_SECOND;
    for (; count < due; count += 1) {
      const body = { status: { progress: { step: 1 + (count % 5), of: 5, name: `step ${count}` } } };
      kube
        .patch(
          nvmeNodes,
          nodeName((count * 37) % FLEET.nodes),
          { type: 'merge', body },
          { subresource: 'status' },
        )
        .catch((error: unknown) => {
          if (!signal.aborted) throw error;
        });
    }
  }, 10);
  signal.addEventListener('abort', () => clearInterval(timer));
  return { count: () => count };
}
