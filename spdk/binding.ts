import { SPDK_ROLE } from '../api/keys.ts';
import { WEBHOOK_NAME } from '../api/parts.ts';
import type { RoleBinding } from '../kube/resources.ts';

/** Whether a user's RoleBinding lets the controllers of the installation in `home` change Deployments in its namespace. */
export function bindsController({ metadata, subjects = [] }: RoleBinding, home: string): boolean {
  return (
    metadata?.name === SPDK_ROLE &&
    subjects.some(
      ({ kind, name, namespace }) => kind === 'ServiceAccount' && name === WEBHOOK_NAME && namespace === home,
    )
  );
}
