import type { Condition } from '../../api/meta.ts';
import type { NVMeNode, Progress } from '../../api/node.ts';
import { CONDITION_REASONS, CONDITIONS, type ConditionType } from '../../api/reasons.ts';
import { conditionOf } from '../status/phase.ts';

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

/** Reads a request's fate from its NVMeNode; level-based, so that missed updates do not matter. */
export function outcomeOf(nvmeNode: NVMeNode | undefined, followed: Followed): Outcome {
  if (nvmeNode === undefined) return stopped('NodeGone', 'the NVMeNode is gone, and the request with it');
  const wanted = nvmeNode.spec?.request?.id;
  if (followed.requestID !== undefined && wanted !== followed.requestID) {
    return stopped('Superseded', `another request took its place (${wanted ?? 'none'})`);
  }
  const { progress } = nvmeNode.status ?? {};
  const observed = nvmeNode.status?.observedRequestID === followed.requestID;
  if (progress && observed) return { kind: 'running', progress };
  return byConditions(nvmeNode, followed, observed);
}

function byConditions(nvmeNode: NVMeNode, followed: Followed, observed: boolean): Outcome {
  const fresh = (type: ConditionType) => freshCondition(nvmeNode, type, followed.generation);
  for (const type of [CONDITIONS.Paused, CONDITIONS.Refused] as const) {
    const alarm = fresh(type);
    if (alarm?.status === 'True') return stopped(alarm.reason, alarm.message);
  }
  if (!observed) return { kind: 'waiting', message: 'waiting for the agent on the node' };
  const ready = fresh(CONDITIONS.Ready);
  if (ready === undefined || ready.reason === CONDITION_REASONS.SettingUp) return { kind: 'running' };
  return ready.status === 'True' ? { kind: 'done' } : stopped(ready.reason, ready.message);
}

function freshCondition(nvmeNode: NVMeNode, type: ConditionType, generation: number): Condition | undefined {
  const condition = conditionOf(nvmeNode, type);
  const seen = condition?.observedGeneration ?? nvmeNode.status?.observedGeneration ?? generation;
  return seen >= generation ? condition : undefined;
}

const stopped = (reason: string, message: string): Outcome => ({ kind: 'stopped', reason, message });
