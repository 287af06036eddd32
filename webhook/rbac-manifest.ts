import { SPDK_ROLE, WEBHOOK_NAMESPACE } from '../api/keys.ts';
import { PERMISSIONS, type Permission } from './permissions.ts';

const ACCOUNT = 'nvme-webhook';
const RBAC = 'rbac.authorization.k8s.io';

/** The service account of nvme-webhook, for each part the roles that PERMISSIONS adds up to, and the one that users bind. */
export function rbacObjects(): object[] {
  const parts = ['admission', 'controllers'] as const;
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: ACCOUNT, namespace: WEBHOOK_NAMESPACE } },
    ...parts.flatMap((part) => {
      const rows = rowsOf(part);
      return [
        ...role(
          'ClusterRole',
          { name: `kubectl-nvme-webhook-${part}` },
          rows.filter(({ ownNamespace }) => !ownNamespace),
        ),
        ...role(
          'Role',
          { name: `${ACCOUNT}-${part}`, namespace: WEBHOOK_NAMESPACE },
          rows.filter(({ ownNamespace }) => ownNamespace),
        ),
      ];
    }),
    {
      apiVersion: `${RBAC}/v1`,
      kind: 'ClusterRole',
      metadata: { name: SPDK_ROLE },
      rules: rulesOf(rowsOf('spdk')),
    },
  ];
}

const rowsOf = (part: Permission['part']): Permission[] =>
  PERMISSIONS.filter((permission) => permission.part === part);

/** A role and its binding to the service account, by the same name. */
function role(
  kind: 'ClusterRole' | 'Role',
  metadata: { name: string; namespace?: string },
  rows: readonly Permission[],
): object[] {
  const subject = { kind: 'ServiceAccount', name: ACCOUNT, namespace: WEBHOOK_NAMESPACE };
  return [
    { apiVersion: `${RBAC}/v1`, kind, metadata, rules: rulesOf(rows) },
    {
      apiVersion: `${RBAC}/v1`,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: RBAC, kind, name: metadata.name },
      subjects: [subject],
    },
  ];
}

const rulesOf = (rows: readonly Permission[]): object[] =>
  rows.map(({ group, resources, names, verbs }) => ({
    apiGroups: [group],
    resources,
    ...(names === undefined ? {} : { resourceNames: names }),
    verbs,
  }));
