import type { Condition } from '../../api/meta.ts';
import type { NVMeNode } from '../../api/node.ts';
import { CONDITION_REASONS, CONDITIONS } from '../../api/reasons.ts';
import { stopped, type Followed, type Outcome } from '../follow/outcome.ts';
import { requestState } from '../follow/request-state.ts';
import { conditionOf } from '../status/phase.ts';

/** Reads a set-up's fate from its NVMeNode; level-based, so that missed updates do not matter. */
export function outcomeOf(nvmeNode: NVMeNode | undefined, followed: Followed): Outcome {
  const state = requestState(nvmeNode, followed);
  return state ?? byReadiness(nvmeNode, followed.generation);
}

/** The agent leaves progress behind when a step failed, so a fresh condition is asked first. */
function byReadiness(nvmeNode: NVMeNode | undefined, generation: number): Outcome {
  const ready = nvmeNode && freshReady(nvmeNode, generation);
  const settled = ready !== undefined && ready.reason !== CONDITION_REASONS.SettingUp;
  if (settled && ready.status !== 'True') return stopped(ready.reason, ready.message);
  const { progress } = nvmeNode?.status ?? {};
  if (progress) return { kind: 'running', progress };
  return settled ? { kind: 'done' } : { kind: 'running' };
}

/** The Ready condition, if it was decided on the spec of this generation or a later one. */
export function freshReady(nvmeNode: NVMeNode, generation: number): Condition | undefined {
  const condition = conditionOf(nvmeNode, CONDITIONS.Ready);
  const seen = condition?.observedGeneration ?? nvmeNode.status?.observedGeneration ?? generation;
  return seen >= generation ? condition : undefined;
}

/**
 * Whether an order is still being carried out. Progress that stands beside a fresh failure is what a failed set-up left
 * behind: it may be ordered again.
 */
export function isUnfinished(nvmeNode: NVMeNode): boolean {
  const { metadata, spec, status } = nvmeNode;
  if (spec?.request !== undefined && spec.request.id !== status?.observedRequestID) return true;
  const followed = {
    generation: metadata.generation ?? 0,
    ...(status?.observedRequestID === undefined ? {} : { requestID: status.observedRequestID }),
  };
  return status?.progress !== undefined && outcomeOf(nvmeNode, followed).kind === 'running';
}
