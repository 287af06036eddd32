import type { NVMeNode } from '../../api/node.ts';
import { nvmeNodes } from '../../kube/resources.ts';
import type { Context } from '../cli/verb.ts';
import { explain } from '../errors/explain.ts';
import { Failure, Interrupted } from '../errors/exit.ts';
import { deadline } from '../follow/deadline.ts';
import { followObject } from '../follow/follow-object.ts';
import { outcomeOf, type Followed, type Outcome } from './outcome.ts';

/** Shows a set-up as it goes; one for terminals, one for everything else. */
export interface ProgressView {
  show(outcome: Outcome, nvmeNode: NVMeNode | undefined): void;
  /** Something between us and the API server broke; it is being tried again. */
  trouble(message: string): void;
  /** Leaves the last frame where it is. */
  close(): void;
}

/**
 * Follows a set-up to its end and resolves when the node is ready. Rejects with a Failure that carries the agent's
 * reason, or that the time is over; with Interrupted on Ctrl-C. In both cases the agent goes on.
 */
export async function followSetup(
  node: string,
  followed: Followed,
  context: Context,
  options: { view: ProgressView; timeoutMs: number },
): Promise<void> {
  const limit = deadline(context.clock, context.signal, options.timeoutMs);
  let last: Outcome = { kind: 'waiting', message: 'nothing was heard yet' };
  try {
    for await (const nvmeNode of followObject(context.kube, nvmeNodes, node, {
      clock: context.clock,
      signal: limit.signal,
      onTrouble: (error) => options.view.trouble(explain(error).join(' ')),
    })) {
      last = outcomeOf(nvmeNode, followed);
      options.view.show(last, nvmeNode);
      if (last.kind === 'done') return;
      if (last.kind === 'stopped') throw stoppedFailure(node, last);
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    if (context.signal.aborted) throw new Interrupted('interrupted', { cause: error });
    throw limit.expired() ? timedOut(node, last) : error;
  } finally {
    limit.clear();
    options.view.close();
  }
}

function stoppedFailure(node: string, { reason, message }: Outcome & { kind: 'stopped' }): Failure {
  return new Failure(`set-up of node ${node} stopped: ${reason}: ${message}`, {
    next: `See every drive and reason: kubectl nvme status ${node} -o yaml`,
  });
}

function timedOut(node: string, last: Outcome): Failure {
  return new Failure(`timed out waiting for node ${node}: ${outcomeText(last)}`, {
    next: `The work goes on. Follow it with: kubectl nvme setup node ${node}`,
  });
}

/** An outcome in a few words, as the plain progress lines say it. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'waiting':
      return outcome.message;
    case 'running':
      return outcome.progress
        ? `${outcome.progress.step}/${outcome.progress.of}: ${outcome.progress.name}`
        : 'setting up';
    case 'done':
      return 'ready';
    case 'stopped':
      return `${outcome.reason}: ${outcome.message}`;
  }
}
