import type { Condition } from '../../api/meta.ts';
import type { NVMeNode } from '../../api/node.ts';
import { pauseOf, type Pause } from '../../api/pause.ts';
import { CONDITION_REASONS, CONDITIONS, type ConditionType } from '../../api/reasons.ts';
import type { NodeParts } from './cluster-view.ts';
import { matchingProfile } from './matching-profile.ts';
import type { Phase, Problem } from './node-storage.ts';

/** The phase of a node's storage, and the sentence that goes with it when something is to be known or done. */
export interface Verdict {
  phase: Phase;
  problem?: Problem;
}

/** Decides from the strongest fact down: no node, paused, not enrolled, no report, at work, then the conditions. */
export function verdict(parts: NodeParts, tainted: boolean): Verdict {
  return (
    withoutNode(parts) ??
    paused(parts) ??
    notEnrolled(parts, tainted) ??
    unreported(parts) ??
    byConditions(parts, tainted)
  );
}

const say = (phase: Phase, message: string): Verdict => ({ phase, problem: { reason: phase, message } });

function withoutNode({ node }: NodeParts): Verdict | undefined {
  return node ? undefined : say('NodeGone', 'the Node is gone; its volumes are being cleaned up');
}

function paused({ node }: NodeParts): Verdict | undefined {
  const pause = pauseOf(node?.metadata?.annotations);
  return pause === undefined ? undefined : say('Paused', pauseText(pause));
}

/** Who, when and why; by itself so that the time stands before a long reason. */
function pauseText({ by, why, at }: Pause): string {
  return `paused by ${by}${at === undefined ? '' : ` at ${at}`}${why === '' ? '' : `: ${why}`}`;
}

function notEnrolled({ node, nvmeNode, profiles }: NodeParts, tainted: boolean): Verdict | undefined {
  if (nvmeNode) return undefined;
  const match = node && matchingProfile(node, profiles);
  if (match) return say('NotEnrolled', `waiting to be enrolled in profile ${match.name}`);
  return tainted
    ? say('NotEnrolled', 'tainted, but no NVMeProfile matches this node')
    : say('NotEnrolled', 'no NVMeProfile matches this node');
}

/** A status of another machine or an earlier boot says nothing about this one. */
function unreported({ node, nvmeNode }: NodeParts): Verdict | undefined {
  const { conditions, nodeUID, bootID } = nvmeNode?.status ?? {};
  const fresh =
    conditions !== undefined &&
    agrees(nodeUID, node?.metadata?.uid) &&
    agrees(bootID, node?.status?.nodeInfo?.bootID);
  return fresh ? undefined : say('WaitingForAgent', 'no agent has reported since the node started');
}

const agrees = (reported: string | undefined, actual: string | undefined): boolean =>
  reported === undefined || actual === undefined || reported === actual;

/** A node that works may still have something that a person should look at. */
const WARNINGS: readonly ConditionType[] = ['Degraded', 'Drifted'];

function byConditions({ nvmeNode }: NodeParts, tainted: boolean): Verdict {
  const ready = conditionOf(nvmeNode, CONDITIONS.Ready);
  if (ready && isFailure(ready, nvmeNode)) return { phase: 'Failed', problem: problemOf(ready) };
  if (nvmeNode?.status?.progress) return { phase: CONDITION_REASONS.SettingUp };
  if (ready?.status !== 'True') return notReady(ready);
  for (const type of WARNINGS) {
    const warning = conditionOf(nvmeNode, type);
    if (warning?.status === 'True') return { phase: type, problem: problemOf(warning) };
  }
  if (tainted) return say('Ready', 'the drives are ready but the taint is still on');
  const refused = conditionOf(nvmeNode, CONDITIONS.Refused);
  return { phase: 'Ready', ...(refused?.status === 'True' ? { problem: problemOf(refused) } : {}) };
}

const FAILURES: readonly string[] = [CONDITION_REASONS.StepFailed, CONDITION_REASONS.DiscoveryFailed];

/** A failure of the spec as it is now; one of an earlier spec is history once a new order is being worked on. */
function isFailure(ready: Condition, nvmeNode: NVMeNode | undefined): boolean {
  if (ready.status !== 'False' || !FAILURES.includes(ready.reason)) return false;
  const { generation = 0 } = nvmeNode?.metadata ?? {};
  return nvmeNode?.status?.progress === undefined || (ready.observedGeneration ?? generation) >= generation;
}

function notReady(ready: Condition | undefined): Verdict {
  if (ready === undefined) return { phase: 'Unknown' };
  if (ready.reason === CONDITION_REASONS.ExistingData) return { phase: 'Refused', problem: problemOf(ready) };
  if (ready.reason === CONDITION_REASONS.SettingUp) return { phase: ready.reason };
  return { phase: ready.reason, problem: problemOf(ready) };
}

const problemOf = ({ reason, message }: Condition): Problem => ({ reason, message: message || reason });

/** A condition of an NVMeNode by its type. */
export function conditionOf(nvmeNode: NVMeNode | undefined, type: ConditionType): Condition | undefined {
  return nvmeNode?.status?.conditions?.find((condition) => condition.type === type);
}
