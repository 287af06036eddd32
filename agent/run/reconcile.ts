import type { Readiness } from '../report/readiness.ts';
import { failureOf } from './failure.ts';
import { observeWithOrder } from './consent.ts';
import type { Look } from './look.ts';
import type { ReconcileOptions } from './reconcile-options.ts';
import { Round } from './round.ts';

export type { ReconcileOptions } from './reconcile-options.ts';

/** How a round ended. */
export interface RoundResult extends Readiness {
  /** Something is left that may pass without any change that the agent would be told of: look again after that time. */
  lookAgainMs?: number;
}

/**
 * One round of the agent: look, do what may be done, publish, report, take the taint off, and clean released volumes. Level-based: it can be
 * killed anywhere and run again; with nothing to do it writes nothing. Throws NotYet while it must wait for the cluster,
 * and the API server's own errors.
 */
export async function reconcile(options: ReconcileOptions, signal: AbortSignal): Promise<RoundResult> {
  const round = new Round(options, await observeWithOrder(options, signal), signal);
  try {
    const first = await round.takeRequest(await round.look());
    if (round.isResetting) return await round.reset();
    const ready = await applyUntilDone(round, first);
    const lookAgainMs = await round.recycle();
    return { ...ready, ...(lookAgainMs === undefined ? {} : { lookAgainMs }) };
  } catch (error) {
    signal.throwIfAborted();
    return await round.reportBlind(failureOf(error));
  }
}

/** What is on an array is seen only once it is assembled: then there is more to do. */
const PASSES = 4;

async function applyUntilDone(round: Round, first: Look): Promise<Readiness> {
  let latest = first;
  for (let pass = 1; pass <= PASSES; pass += 1) {
    const { tried, failure } = await round.apply(latest);
    if (!tried) break;
    latest = await round.look();
    if (failure !== undefined) return await round.settle(latest, failure);
  }
  return await round.settle(latest, undefined);
}
