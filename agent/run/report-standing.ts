import type { VolumeStatus } from '../../api/node.ts';
import type { KubeApi } from '../../kube/api.ts';
import { present } from '../inventory/present.ts';
import { missingDrives } from '../loss/judge.ts';
import { conditions } from '../report/conditions.ts';
import { hugepagesOf, kubeletBehind } from '../report/hugepages.ts';
import { readiness, type Failure, type Readiness, type Situation } from '../report/readiness.ts';
import { trimmedSnapshot } from '../report/trimmed-snapshot.ts';
import type { Intent } from './intent.ts';
import type { Reporter } from './reporter.ts';
import type { Standing } from './standing.ts';

/** What a round knows beside the standing. */
export interface RoundOutcome {
  volumes: VolumeStatus[];
  intent: Pick<Intent, 'hasProfile' | 'waitingForRequest'>;
  failure: Failure | undefined;
  /** Why a person's last request is not carried out. */
  refusedRequest: string | undefined;
}

/** Writes how the node stands into the cluster, and only then touches the taint. */
export async function reportStanding(
  to: Reporter,
  kube: KubeApi,
  standing: Standing,
  outcome: RoundOutcome,
): Promise<Readiness> {
  const { snapshot, seen, spec, planned, reset } = standing;
  const { volumes, failure } = outcome;
  const situation = situationOf(to, standing, outcome);
  const ready = readiness(situation);
  const found = conditions(to.nvme.status?.conditions, situation, ready, to.generation, to.now);
  await to.report({ ready, conditions: found, failed: failure !== undefined }, spec, {
    provider: planned.plan.provider,
    drives: planned.plan.drives,
    layout: planned.plan.layout,
    inventory: trimmedSnapshot(snapshot),
    plan: planned.plan,
    resetPlan: reset.plan,
    volumes,
    hugepages: await hugepagesOf(kube, snapshot, seen.node),
    progress: failure === undefined ? undefined : to.nvme.status?.progress,
  });
  return ready;
}

function situationOf(
  to: Reporter,
  { snapshot, seen, spec, planned, loss }: Standing,
  { volumes, intent: { hasProfile, waitingForRequest }, failure, refusedRequest }: RoundOutcome,
): Situation {
  return {
    ...{ spec, hasProfile, planned, volumes, waitingForRequest, missingDrives: missingDrives(loss) },
    ...kubeletBehind(snapshot, seen.node, spec),
    ...present({ failure, pause: seen.pause, refusedRequest }),
    ...present({ request: to.nvme.spec?.request }),
  };
}
