import type { ConditionReason } from '../../api/reasons.ts';
import type { VolumeStatus } from '../../api/node.ts';
import type { NVMeProfileSpec } from '../../api/profile.ts';
import { isRefused } from '../plan/plan.ts';
import type { Planned } from '../plan/planned.ts';

/** How set-up stands after a look at everything. */
export interface Situation {
  spec: NVMeProfileSpec;
  hasProfile: boolean;
  /** The plan for the wanted layout, made after everything else was done. */
  planned: Planned;
  volumes: readonly VolumeStatus[];
  paused: boolean;
  /** Set-up waits for a person's request. */
  waitingForRequest: boolean;
  /** What went wrong in this round, in words. */
  failure?: { reason: ConditionReason; message: string };
}

/** Whether the node may take pods, and why (not). */
export interface Readiness {
  ready: boolean;
  reason: ConditionReason;
  message: string;
}

const no = (reason: ConditionReason, message: string): Readiness => ({ ready: false, reason, message });
const yes = (reason: ConditionReason, message: string): Readiness => ({ ready: true, reason, message });

/**
 * The one decision that the taint hangs on (design §3.9). Degraded or drifted nodes are ready with the volumes that are
 * left; a node whose drives hold data, or that shows fewer drives than wanted, is not.
 */
export function readiness(situation: Situation): Readiness {
  const { planned, failure, hasProfile } = situation;
  if (failure !== undefined) return no(failure.reason, failure.message);
  if (planned.standDown !== undefined) return yes('PlatformOwnsDrives', planned.standDown);
  if (!hasProfile) return no('NoProfile', 'no NVMeProfile matches this node and it has no layout of its own');
  const blocked = blockedSetup(situation);
  if (blocked !== undefined) return blocked;
  const unpublished = situation.volumes.filter(({ state }) => !PUBLISHED.has(state));
  const { minCount } = situation.spec.drives;
  const used = planned.plan.candidates.length;
  if (used < minCount) return no(tooFewReason(planned), tooFew(planned, minCount));
  if (unpublished.length > 0) return no('SettingUp', unpublishedMessage(unpublished));
  if (situation.volumes.length < planned.volumes.length)
    return no('SettingUp', 'a volume is not mounted yet');
  if (used === 0) return yes('NoDrives', 'this node has no local drives, and none are required');
  return yes('VolumesPublished', readyMessage(planned, situation.volumes));
}

/** States in which pods can use the volume, or will without anything of ours. */
const PUBLISHED: ReadonlySet<VolumeStatus['state']> = new Set(['Available', 'Bound', 'Released', 'Cleaning']);

function blockedSetup({ planned, paused, waitingForRequest }: Situation): Readiness | undefined {
  const { plan, steps } = planned;
  if (isRefused(plan)) return no('ExistingData', refusalMessage(planned));
  if (steps.length === 0) return undefined;
  const names = `${steps.length} steps to go, the first: ${steps[0]?.name ?? ''}`;
  if (paused) return no('PausedByUser', `paused by a person; ${names}`);
  if (waitingForRequest) return no('WaitingForRequest', `waiting for \`kubectl nvme setup node\`; ${names}`);
  return no('SettingUp', names);
}

const refusalMessage = ({ plan }: Planned): string =>
  plan.refusals.map(({ path, reason }) => `${path}: ${reason}`).join('; ');

const tooFewReason = ({ plan }: Planned): ConditionReason =>
  plan.refusals.length > 0 ? 'ExistingData' : 'TooFewDrives';

function tooFew(planned: Planned, minCount: number): string {
  const refused = refusalMessage(planned);
  const found = `${planned.plan.candidates.length} usable drives, and the profile wants at least ${minCount}`;
  return refused === '' ? found : `${found}; left alone: ${refused}`;
}

const unpublishedMessage = (volumes: readonly VolumeStatus[]): string =>
  volumes
    .map(({ name, state, reason }) => `${name} is ${state}${reason === undefined ? '' : `: ${reason}`}`)
    .join('; ');

function readyMessage({ plan }: Planned, volumes: readonly VolumeStatus[]): string {
  const drives = `${plan.candidates.length} drives as ${plan.layout.type}`;
  return volumes.length === 0 ? drives : `${drives}, ${volumes.length} volumes published`;
}
