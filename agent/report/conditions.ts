import type { Condition } from '../../api/meta.ts';
import type { ConditionReason, ConditionType } from '../../api/reasons.ts';
import { setCondition } from '../../kube/conditions.ts';
import type { Readiness, Situation } from './readiness.ts';

type Fact = [ConditionType, boolean, ConditionReason, string];

/**
 * The conditions of an NVMeNode; transition times of those that did not change stay as they were. `now` is RFC 3339.
 */
export function conditions(
  before: readonly Condition[] | undefined,
  situation: Situation,
  ready: Readiness,
  generation: number,
  now: string,
): Condition[] {
  return facts(situation, ready).reduce<readonly Condition[]>((list, [type, is, reason, message]) => {
    const status = is ? ('True' as const) : ('False' as const);
    return setCondition(list, { type, status, reason, message, observedGeneration: generation }, now);
  }, before ?? []) as Condition[];
}

function facts({ planned, paused, failure }: Situation, ready: Readiness): Fact[] {
  const { plan, degraded, drift } = planned;
  const undiscovered = failure?.reason === 'DiscoveryFailed';
  const refused = plan.refusals.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
  return [
    ['Discovered', !undiscovered, undiscovered ? 'DiscoveryFailed' : 'AsExpected', failure?.message ?? ''],
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
