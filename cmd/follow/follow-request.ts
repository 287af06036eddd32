import type { NVMeNode } from '../../api/node.ts';
import { nvmeNodes } from '../../kube/resources.ts';
import type { Context } from '../cli/verb.ts';
import { explain } from '../errors/explain.ts';
import { Failure, Interrupted } from '../errors/exit.ts';
import { deadline } from './deadline.ts';
import { followObject } from './follow-object.ts';
import { outcomeText, type Outcome } from './outcome.ts';

/** Shows a request as it goes; one for terminals, one for everything else. */
export interface ProgressView {
  show(outcome: Outcome): void;
  /** Something between us and the API server broke; it is being tried again. */
  trouble(message: string): void;
  /** Leaves the last frame where it is. */
  close(): void;
}

/** One request to the agent of one node. */
export interface Work {
  node: string;
  /** `set-up`, as errors say it. */
  noun: string;
  /** What follows it again: `kubectl nvme setup node worker-1`. */
  command: string;
  outcomeOf: (nvmeNode: NVMeNode | undefined) => Outcome;
}

/**
 * Follows a request to its end and resolves when it is done. Rejects with a Failure that carries the agent's reason, or
 * that the time is over; with Interrupted on Ctrl-C. In both cases the agent goes on.
 */
export async function followRequest(
  work: Work,
  context: Context,
  options: { view: ProgressView; timeoutMs: number },
): Promise<void> {
  const limit = deadline(context.clock, context.signal, options.timeoutMs);
  let last: Outcome = { kind: 'waiting', message: 'nothing was heard yet' };
  try {
    for await (const nvmeNode of followObject(context.kube, nvmeNodes, work.node, {
      clock: context.clock,
      signal: limit.signal,
      onTrouble: (error) => options.view.trouble(explain(error).join(' ')),
    })) {
      last = work.outcomeOf(nvmeNode);
      options.view.show(last);
      if (last.kind === 'done') return;
      if (last.kind === 'stopped') throw stoppedFailure(work, last);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (context.signal.aborted) throw new Interrupted('interrupted', { cause: error });
    throw limit.expired() ? timedOut(work, last) : error;
  } finally {
    limit.clear();
    options.view.close();
  }
}

function stoppedFailure({ node, noun }: Work, { reason, message }: Outcome & { kind: 'stopped' }): Failure {
  return new Failure(`${noun} of node ${node} stopped: ${reason}: ${message}`, {
    next: `See every drive and what to do next: kubectl nvme describe node ${node}`,
  });
}

function timedOut({ node, command }: Work, last: Outcome): Failure {
  return new Failure(`timed out waiting for node ${node}: ${outcomeText(last)}`, {
    next: `The work goes on. Follow it with: ${command}`,
  });
}
