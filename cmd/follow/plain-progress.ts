import type { Output } from '../cli/verb.ts';
import type { ProgressView } from './follow-request.ts';
import { outcomeText } from './outcome.ts';

/** One line for every change, for pipes and logs. */
export function plainProgress(node: string, stderr: Output): ProgressView {
  let last = '';
  const say = (text: string): void => {
    if (text !== last) stderr.write(`node/${node}: ${text}\n`);
    last = text;
  };
  return {
    show: (outcome) => {
      // The end is told once, by the result or the error.
      if (outcome.kind === 'waiting' || outcome.kind === 'running') say(outcomeText(outcome));
    },
    trouble: (message) => say(message),
    close: () => undefined,
  };
}
