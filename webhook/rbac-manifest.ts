import { SPDK_ROLE, WEBHOOK_NAMESPACE } from '../api/keys.ts';
import { boundRole, roleObject, serviceAccountObject } from '../kube/rbac.ts';
import { PERMISSIONS, type WebhookPermission } from './permissions.ts';

const ACCOUNT = { name: 'nvme-webhook', namespace: WEBHOOK_NAMESPACE };

/** The service account of nvme-webhook, for each part the roles that PERMISSIONS adds up to, and the one that users bind. */
export function rbacObjects(): object[] {
  const parts = ['admission', 'controllers'] as const;
  return [
    serviceAccountObject(ACCOUNT),
    ...parts.flatMap(rolesOf),
    roleObject({ name: SPDK_ROLE }, rowsOf('spdk')),
  ];
}

/** What a part may do in the whole cluster, and in the webhook's own namespace. */
function rolesOf(part: WebhookPermission['part']): object[] {
  const { name, namespace } = ACCOUNT;
  const rows = rowsOf(part);
  const [own, everywhere] = [rows.filter((row) => row.ownNamespace), rows.filter((row) => !row.ownNamespace)];
  return [
    ...boundRole({ name: `kubectl-nvme-webhook-${part}` }, everywhere, ACCOUNT),
    ...boundRole({ name: `${name}-${part}`, namespace }, own, ACCOUNT),
  ];
}

const rowsOf = (part: WebhookPermission['part']): WebhookPermission[] =>
  PERMISSIONS.filter((permission) => permission.part === part);
