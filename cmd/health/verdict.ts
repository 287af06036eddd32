import type { Drive } from '../../api/drive.ts';

/** How a drive is: Critical wants a person now, Warning soon; Unknown says nothing of its health. */
export const HEALTH_STATES = ['OK', 'Warning', 'Critical', 'Unknown'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

export interface HealthVerdict {
  health: HealthState;
  /** What is wrong, in words; empty when nothing is. */
  problems: string[];
}

/** Bits of Critical Warning in the SMART log (NVM Express Base Specification 2.0, figure 207). */
const CRITICAL_BITS = [
  'spare blocks are below the threshold',
  'too hot or too cold',
  'reliability is degraded by media or internal errors',
  'read-only',
  'the backup of volatile memory has failed',
  'the persistent memory region is read-only',
] as const;

/** Below this the drive nears the threshold that sets the warning bit; vendors set that at 5 to 10. */
const LOW_SPARE_PERCENT = 20;
const WORN_PERCENT = 90;

/** Judges a drive by its SMART values and by whether it answers at all; the worst finding counts. */
export function verdictOf(drive: Drive): HealthVerdict {
  const critical = criticalProblems(drive);
  if (critical.length > 0) return { health: 'Critical', problems: [...critical, ...warnings(drive)] };
  if (drive.state === 'Unknown')
    return { health: 'Unknown', problems: [drive.reason ?? 'could not be read'] };
  if (drive.health === undefined) return { health: 'Unknown', problems: ['reports no SMART values'] };
  const problems = warnings(drive);
  return { health: problems.length > 0 ? 'Warning' : 'OK', problems };
}

function criticalProblems({ state, reason, health }: Drive): string[] {
  const bits = health?.criticalWarning ?? 0;
  const warned = CRITICAL_BITS.filter((_, bit) => (bits & (1 << bit)) !== 0);
  return [...(state === 'Failed' ? [reason ?? 'does not answer'] : []), ...warned];
}

function warnings({ health = {} }: Drive): string[] {
  const { availableSpare = 100, percentageUsed = 0, mediaErrors = 0 } = health;
  return [
    ...(percentageUsed >= WORN_PERCENT ? [`${percentageUsed} % of its rated life is used`] : []),
    ...(availableSpare < LOW_SPARE_PERCENT ? [`${availableSpare} % of its spare blocks are left`] : []),
    ...(mediaErrors > 0 ? [`${mediaErrors} media errors`] : []),
  ];
}
