import type { NVMeNode } from '../../api/node.ts';
import { CONDITION_REASONS, CONDITIONS } from '../../api/reasons.ts';
import { stopped, type Followed, type Outcome } from '../follow/outcome.ts';
import { requestState } from '../follow/request-state.ts';
import { freshReady } from '../setup/outcome.ts';
import { conditionOf } from '../status/phase.ts';

/** Reads a reset's fate from its NVMeNode: done when nothing is in progress and the node is paused by the reset. */
export function resetOutcome(nvmeNode: NVMeNode | undefined, followed: Followed): Outcome {
  const state = requestState(nvmeNode, followed);
  if (state !== undefined || nvmeNode === undefined) return state ?? { kind: 'running' };
  const ready = freshReady(nvmeNode, followed.generation);
  if (ready?.status === 'False' && ready.reason === CONDITION_REASONS.StepFailed) {
    return stopped(ready.reason, ready.message);
  }
  const { progress } = nvmeNode.status ?? {};
  if (progress) return { kind: 'running', progress };
  const paused = conditionOf(nvmeNode, CONDITIONS.Paused);
  const fresh = (paused?.observedGeneration ?? 0) >= followed.generation;
  const isReset = paused?.status === 'True' && paused.reason === CONDITION_REASONS.Reset;
  return isReset && fresh ? { kind: 'done' } : { kind: 'running' };
}
