import { SPDK_KEEP_CURRENT } from '../../../api/keys.ts';
import { slim } from '../../../kube/projection.ts';
import type { Deployment } from '../../../kube/resources.ts';

/** Whether a person wants the controller to follow the node. */
export const isKept = ({ metadata }: Deployment): boolean =>
  metadata?.annotations?.[SPDK_KEEP_CURRENT] === 'true' && metadata.deletionTimestamp === undefined;

/** All of those that are kept current; of the others in the namespace only that they are there. */
export function slimDeployment(deployment: Deployment): Deployment {
  if (isKept(deployment)) return slim(deployment);
  const { name, namespace, uid, resourceVersion } = deployment.metadata ?? {};
  return { metadata: { name, namespace, uid, resourceVersion } } as Deployment;
}
