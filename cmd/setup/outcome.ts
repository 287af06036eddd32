import type { Condition } from '../../api/meta.ts';
import type { NVMeNode, Progress } from '../../api/node.ts';
import { CONDITION_REASONS, CONDITIONS } from '../../api/reasons.ts';
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
  const observed = nvmeNode.status?.observedRequestID === followed.requestID;
  if (!observed) return { kind: 'waiting', message: 'waiting for the agent on the node' };
  return byReadiness(nvmeNode, followed.generation);
}

/** The agent leaves progress behind when a step failed, so a fresh condition is asked first. */
function byReadiness(nvmeNode: NVMeNode, generation: number): Outcome {
  const ready = freshReady(nvmeNode, generation);
  const settled = ready !== undefined && ready.reason !== CONDITION_REASONS.SettingUp;
  if (settled && ready.status !== 'True') return stopped(ready.reason, ready.message);
  const { progress } = nvmeNode.status ?? {};
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

const stopped = (reason: string, message: string): Outcome => ({ kind: 'stopped', reason, message });
