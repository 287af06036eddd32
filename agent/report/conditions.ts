import type { Condition } from '../../api/meta.ts';
import type { ConditionReason, ConditionType } from '../../api/reasons.ts';
import { setCondition } from '../../kube/conditions.ts';
import { describePause } from '../../api/pause.ts';
import { pauseReason, type Failure, type Readiness, type Situation } from './readiness.ts';

type Fact = [ConditionType, boolean, ConditionReason, string];

type Conditions = readonly Condition[] | undefined;

/**
 * The conditions of an NVMeNode; transition times of those that did not change stay as they were. `now` is RFC 3339.
 */
export function conditions(
  before: Conditions,
  situation: Situation,
  ready: Readiness,
  generation: number,
  now: string,
): Condition[] {
  return withFacts(before, facts(situation, ready), generation, now);
}

/** The conditions after a round that could not see the machine: what it would have told stays as it was told last. */
export function blindConditions(
  before: Conditions,
  { reason, message }: Failure,
  generation: number,
  now: string,
): Condition[] {
  const discovered: Fact[] = reason === 'DiscoveryFailed' ? [['Discovered', false, reason, message]] : [];
  return withFacts(before, [...discovered, ['Ready', false, reason, message]], generation, now);
}

/** The conditions with the refusal of a request, which is told in the write that says the request was seen. */
export function withRefusal(
  before: Conditions,
  refusal: string,
  generation: number,
  now: string,
): Condition[] {
  return withFacts(before, [['Refused', true, 'RequestRefused', refusal]], generation, now);
}

function withFacts(
  before: Conditions,
  all: readonly Fact[],
  observedGeneration: number,
  now: string,
): Condition[] {
  const list = all.reduce<readonly Condition[]>((conditions, [type, is, reason, message]) => {
    const status = is ? ('True' as const) : ('False' as const);
    return setCondition(conditions, { type, status, reason, message, observedGeneration }, now);
  }, before ?? []);
  return [...list];
}

function facts({ planned, pause, refusedRequest, ...rest }: Situation, ready: Readiness): Fact[] {
  const { plan, drift } = planned;
  const drives = plan.refusals.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
  const refused = refusedRequest ?? drives;
  return [
    ['Discovered', true, 'AsExpected', ''],
    ['Ready', ready.ready, ready.reason, ready.message],
    degradation({ planned, ...rest }),
    ['Drifted', drift !== undefined, drift === undefined ? 'AsExpected' : 'LayoutDiffers', drift ?? ''],
    ['Refused', refused !== '', refusalReason(refused, refusedRequest), refused],
    pause === undefined
      ? ['Paused', false, 'AsExpected', '']
      : ['Paused', true, pauseReason(pause), describePause(pause)],
  ];
}

/** Everything that is missing, in words: drives, then volumes. */
function degradation({ planned, volumes, missingDrives = [] }: DegradationFacts): Fact {
  const gone = volumes.filter(({ state }) => state === 'Lost' || state === 'Failed');
  const words = [
    ...missingDrives,
    ...gone.map(({ name, state, reason }) => `PersistentVolume ${name} is ${state}: ${reason ?? ''}`),
    ...(planned.degraded === undefined ? [] : [planned.degraded]),
  ];
  if (words.length === 0) return ['Degraded', false, 'AsExpected', ''];
  const reason = gone.some(({ state }) => state === 'Lost') ? 'VolumeLost' : 'DriveMissing';
  return ['Degraded', true, reason, words.join('; ')];
}

type DegradationFacts = Pick<Situation, 'planned' | 'volumes' | 'missingDrives'>;

function refusalReason(refused: string, refusedRequest: string | undefined): ConditionReason {
  if (refusedRequest !== undefined) return 'RequestRefused';
  return refused === '' ? 'AsExpected' : 'ExistingData';
}

/** What a condition of an earlier round says of the refusal of a request, while that is the last one. */
export function standingRefusal(before: Conditions, requestID: string): string | undefined {
  const refused = before?.find(({ type, reason }) => type === 'Refused' && reason === 'RequestRefused');
  return refused?.message.startsWith(refusalOf(requestID)) ? refused.message : undefined;
}

/** How the refusal of a request begins, so that whoever made it finds it. */
export const refusalOf = (requestID: string, why = ''): string => `request ${requestID} was refused: ${why}`;
