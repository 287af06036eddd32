import type { Step } from '../plan/step.ts';
import { stepWaits } from './step-waits.ts';

/** A step that was tried and failed; those that wait for it are not tried. */
export interface FailedStep {
  step: Step;
  error: unknown;
}

/**
 * Performs every step once the steps it waits for have ended well. A failure holds up its own followers only. Resolves
 * when nothing runs any more, with the failures in the order of the steps.
 */
export async function runSteps(
  steps: readonly Step[],
  perform: (step: Step) => Promise<void>,
): Promise<FailedStep[]> {
  const waits = stepWaits(steps);
  const failed: FailedStep[] = [];
  const ended: Promise<boolean>[] = [];
  for (const [index, step] of steps.entries()) {
    const before = Promise.all(ended.filter((_, earlier) => waits[index]?.includes(earlier)));
    ended.push(
      before.then(async (results) => {
        if (results.includes(false)) return false;
        try {
          await perform(step);
          return true;
        } catch (error) {
          failed.push({ step, error });
          return false;
        }
      }),
    );
  }
  await Promise.all(ended);
  return failed.sort((a, b) => steps.indexOf(a.step) - steps.indexOf(b.step));
}
