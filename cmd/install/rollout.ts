import type { DaemonSet, Deployment } from '../../kube/resources.ts';

/** Whether all pods of a workload are new and available; if not, kubectl's sentence about what is missing. */
export type Rollout = { done: true } | { done: false; missing: string };

const waiting = (missing: string): Rollout => ({ done: false, missing });
const UNSEEN = waiting('its change is not observed yet');

/** The rules of `kubectl rollout status` (DeploymentStatusViewer); a Deployment that is not there is not done. */
export function deploymentRollout(deployment: Deployment | undefined): Rollout {
  const { metadata, spec, status = {} } = deployment ?? {};
  if (deployment === undefined || isUnseen(metadata?.generation, status.observedGeneration)) return UNSEEN;
  const wanted = spec?.replicas ?? 1;
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0 } = status;
  if (updatedReplicas < wanted) return waiting(`${updatedReplicas} of ${wanted} replicas are updated`);
  if (replicas > updatedReplicas)
    return waiting(`${replicas - updatedReplicas} old replicas are not gone yet`);
  if (availableReplicas < updatedReplicas) {
    return waiting(`${availableReplicas} of ${updatedReplicas} updated replicas are available`);
  }
  return { done: true };
}

/** The same for a DaemonSet (DaemonSetStatusViewer). */
export function daemonSetRollout(daemonSet: DaemonSet | undefined): Rollout {
  const { metadata, status } = daemonSet ?? {};
  if (status === undefined || isUnseen(metadata?.generation, status.observedGeneration)) return UNSEEN;
  const { desiredNumberScheduled: wanted, updatedNumberScheduled = 0, numberAvailable = 0 } = status;
  if (updatedNumberScheduled < wanted)
    return waiting(`${updatedNumberScheduled} of ${wanted} pods are updated`);
  if (numberAvailable < wanted) return waiting(`${numberAvailable} of ${wanted} updated pods are available`);
  return { done: true };
}

const isUnseen = (generation = 0, observed = 0): boolean => observed < generation;
