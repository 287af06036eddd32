import type { Condition } from '../../api/meta.ts';
import type { ConditionReason, ConditionType } from '../../api/reasons.ts';
import { setCondition } from '../../kube/conditions.ts';
import type { Failure, Readiness, Situation } from './readiness.ts';

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

function facts({ planned, paused }: Situation, ready: Readiness): Fact[] {
  const { plan, degraded, drift } = planned;
  const refused = plan.refusals.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
  return [
    ['Discovered', true, 'AsExpected', ''],
    ['Ready', ready.ready, ready.reason, ready.message],
    [
      'Degraded',
      degraded !== undefined,
      degraded === undefined ? 'AsExpected' : 'DriveMissing',
      degraded ?? '',
    ],
    ['Drifted', drift !== undefined, drift === undefined ? 'AsExpected' : 'LayoutDiffers', drift ?? ''],
    ['Refused', refused !== '', refused === '' ? 'AsExpected' : 'ExistingData', refused],
    ['Paused', paused, paused ? 'PausedByUser' : 'AsExpected', ''],
  ];
}
