import type { Readiness } from '../report/readiness.ts';
import { failureOf } from './failure.ts';
import { observe } from './observe.ts';
import { Round, type ReconcileOptions } from './round.ts';

export type { ReconcileOptions } from './round.ts';

/**
 * One round of the agent: look, do what may be done, publish, report, and take the taint off last. Level-based: it can be
 * killed anywhere and run again; with nothing to do it writes nothing. Throws NotYet while it must wait for the cluster,
 * and the API server's own errors.
 */
export async function reconcile(options: ReconcileOptions, signal: AbortSignal): Promise<Readiness> {
  const { kube, nodeName, bootID } = options;
  const round = new Round(options, await observe(kube, nodeName, bootID, signal), signal);
  try {
    const first = await round.look();
    const refusal = await round.takeRequest(first);
    const { tried, failure } =
      refusal === undefined ? await round.apply(first) : { tried: false, failure: refusal };
    return await round.settle(tried ? await round.look() : first, failure);
  } catch (error) {
    signal.throwIfAborted();
    return await round.reportBlind(failureOf(error));
  }
}
