import type { Progress } from '../../api/node.ts';

/** Where a request stands. */
export type Outcome =
  | { kind: 'waiting'; message: string }
  | { kind: 'running'; progress?: Progress }
  | { kind: 'done' }
  | { kind: 'stopped'; reason: string; message: string };

/** The request that is followed; without an ID, the agent's own automatic set-up. */
export interface Followed {
  requestID?: string;
  /** `metadata.generation` that carries the request; conditions of an earlier one say nothing about it. */
  generation: number;
}

export const stopped = (reason: string, message: string): Outcome => ({ kind: 'stopped', reason, message });

/** An outcome in a few words, as the plain progress lines say it. */
export function outcomeText(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'waiting':
      return outcome.message;
    case 'running':
      return outcome.progress
        ? `${outcome.progress.step}/${outcome.progress.of}: ${outcome.progress.name}`
        : 'at work';
    case 'done':
      return 'done';
    case 'stopped':
      return `${outcome.reason}: ${outcome.message}`;
  }
}
