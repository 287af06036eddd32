import { describePause, PAUSED_BY_RESET, type Pause } from '../../api/pause.ts';
import type { ConditionReason } from '../../api/reasons.ts';
import type { NodeRequest, VolumeStatus } from '../../api/node.ts';
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
  /** Who stopped all changes on the node. */
  pause?: Pause;
  /** Set-up waits for a person's request. */
  waitingForRequest: boolean;
  /** Drives below volumes of ours that are gone or do not answer, in words. */
  missingDrives?: readonly string[];
  /** Why the last request of a person was not carried out. */
  refusedRequest?: string;
  /** The last request of a person, carried out or not. */
  request?: NodeRequest;
  /** Why the kubelet must be restarted before pods can use what was set up. */
  kubeletLag?: string;
  /** What went wrong in this round. */
  failure?: Failure;
}

/** What went wrong, in words. */
export interface Failure {
  reason: ConditionReason;
  message: string;
}

/** Whether the node may take pods, and why (not). */
export interface Readiness {
  ready: boolean;
  reason: ConditionReason;
  message: string;
  /** Something of the machine could not be read: perhaps it was just coming or going. */
  unread?: true;
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
  return (
    blockedSetup(situation) ?? blockedVolumes(situation) ?? blockedKubelet(situation) ?? published(situation)
  );
}

/** States in which pods can use the volume, or will without anything of ours. */
const PUBLISHED: ReadonlySet<VolumeStatus['state']> = new Set(['Available', 'Bound', 'Released', 'Cleaning']);

/** States that only a person, or the proof of a loss, ends. */
const STUCK: ReadonlySet<VolumeStatus['state']> = new Set(['Unclaimed', 'Failed', 'Lost']);

/** Too few drives, or volumes that are still on their way. What is stuck holds the taint only when too little is left. */
function blockedVolumes({ planned, volumes, spec }: Situation): Readiness | undefined {
  const { minCount } = spec.drives;
  const used = planned.plan.candidates.length;
  if (used < minCount) return no(tooFewReason(planned), tooFew(planned, minCount));
  const coming = volumes.filter(({ state }) => !PUBLISHED.has(state) && !STUCK.has(state));
  if (coming.length > 0) return no('SettingUp', unpublishedMessage(coming));
  const mounted = volumes.filter(({ identity }) => planned.volumes.some((one) => one.identity === identity));
  if (mounted.length < planned.volumes.length) return no('SettingUp', 'a volume is not mounted yet');
  const stuck = volumes.filter(({ state }) => STUCK.has(state));
  const left = used - drivesBelow(planned, stuck);
  if (stuck.length === 0 || (left >= minCount && stuck.length < volumes.length)) return undefined;
  return no('ExistingData', unpublishedMessage(stuck));
}

function drivesBelow({ volumes }: Planned, some: readonly VolumeStatus[]): number {
  const identities = some.map(({ identity }) => identity);
  const below = volumes
    .filter(({ identity }) => identities.includes(identity))
    .flatMap(({ drives }) => drives);
  return new Set(below).size;
}

/** A pod that asks for hugepages would stay Pending, and an autoscaler add nodes for it in vain. */
function blockedKubelet({ kubeletLag, planned, spec }: Situation): Readiness | undefined {
  if (kubeletLag === undefined || planned.plan.candidates.length === 0) return undefined;
  const wayOut =
    spec.layout.spdk?.restartKubelet === true
      ? 'the agent has restarted it and waits for its report'
      : 'restart it, or set layout.spdk.restartKubelet';
  return no('KubeletRestartNeeded', `${kubeletLag}: ${wayOut}`);
}

function published({ planned, volumes }: Situation): Readiness {
  if (planned.plan.candidates.length === 0) {
    return yes('NoDrives', 'this node has no local drives, and none are required');
  }
  const reason = planned.plan.layout.type === 'Swap' ? 'SwapOn' : 'VolumesPublished';
  return yes(reason, readyMessage(planned, volumes));
}

function blockedSetup(situation: Situation): Readiness | undefined {
  const { planned, pause, waitingForRequest } = situation;
  const { plan } = planned;
  const { steps } = plan;
  if (planned.blocked !== undefined) return no('KubeletForbidsSwap', planned.blocked);
  if (isRefused(plan)) return no('ExistingData', refusalMessage(planned));
  if (steps.length === 0) return undefined;
  const failed = situation.volumes.filter(({ state }) => state === 'Failed');
  const why = failed.length === 0 ? '' : `; ${unpublishedMessage(failed)}`;
  const names = `${steps.length} steps to go, the first: ${steps[0]?.name ?? ''}${why}`;
  if (pause !== undefined) return no(pauseReason(pause), `paused ${describePause(pause)}; ${names}`);
  if (waitingForRequest) return waiting(situation, names);
  return no('SettingUp', names);
}

/** Who pauses decides what the pause is called. */
export const pauseReason = ({ by }: Pause): ConditionReason =>
  by === PAUSED_BY_RESET ? 'Reset' : 'PausedByUser';

/** An order for a plan that is no more is told until there is a new one. */
function waiting({ planned: { plan }, request }: Situation, names: string): Readiness {
  if (request?.type !== 'setup' || request.planID === undefined || request.planID === plan.id) {
    return no('WaitingForRequest', `waiting for \`kubectl nvme setup node\`; ${names}`);
  }
  const expired = `request ${request.id} was for plan ${request.planID}, and the plan is ${plan.id} now`;
  return no('PlanChanged', `${expired}: look at it and ask again; ${names}`);
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
  if (volumes.length === 0) return drives;
  const stuck = volumes.filter(({ state }) => STUCK.has(state));
  const there = `${drives}, ${volumes.length - stuck.length} volumes published`;
  return stuck.length === 0 ? there : `${there}; ${unpublishedMessage(stuck)}`;
}
