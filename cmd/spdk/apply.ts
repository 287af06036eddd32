import { MANAGED_BY, SPDK_FIELD_MANAGER } from '../../api/keys.ts';
import type { KubeApi, KubeObject, WriteOptions } from '../../kube/api.ts';
import { ApiError, isConflict } from '../../kube/errors.ts';
import { deployments } from '../../kube/resources.ts';

/**
 * Server-side applies the Deployment. What our own controller has set meanwhile is taken back; a conflict with anybody else
 * is thrown.
 */
export async function applyDeployment(
  kube: KubeApi,
  name: string,
  body: KubeObject,
  where: WriteOptions,
): Promise<void> {
  const options = { ...where, fieldManager: MANAGED_BY };
  try {
    await kube.patch(deployments, name, { type: 'apply', body }, options);
  } catch (error) {
    if (!isOnlyWithController(error)) throw error;
    await kube.patch(deployments, name, { type: 'apply', body, force: true }, options);
  }
}

function isOnlyWithController(error: unknown): boolean {
  if (!isConflict(error) || !(error instanceof ApiError)) return false;
  const causes = error.status.details?.causes ?? [];
  const ours = `conflict with "${SPDK_FIELD_MANAGER}"`;
  return (
    causes.length > 0 &&
    causes.every(({ reason, message = '' }) => reason === 'FieldManagerConflict' && message.startsWith(ours))
  );
}
