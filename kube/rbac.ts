/** What RBAC lets somebody do with objects. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

/** One row of RBAC. */
export interface Permission {
  group: string;
  /** Plurals; `nodes/status` for a part. */
  resources: readonly string[];
  verbs: readonly Verb[];
  /** Only in the program's own namespace. */
  ownNamespace?: true;
  /** Only these objects. Lists and watches count as by name when their field selector names one. */
  names?: readonly string[];
}

export interface ServiceAccount {
  name: string;
  namespace: string;
}

const RBAC = 'rbac.authorization.k8s.io';

export const serviceAccountObject = (metadata: ServiceAccount): object => ({
  ...{ apiVersion: 'v1', kind: 'ServiceAccount', metadata },
});

/** A role of these rows, in the whole cluster or, with a namespace, in that. */
export const roleObject = (
  metadata: { name: string; namespace?: string },
  rows: readonly Permission[],
): object => ({
  ...{ apiVersion: `${RBAC}/v1`, kind: kindOf(metadata), metadata, rules: rulesOf(rows) },
});

/** The role and its binding to a service account, by the same name. */
export function boundRole(
  metadata: { name: string; namespace?: string },
  rows: readonly Permission[],
  account: ServiceAccount,
): object[] {
  const kind = kindOf(metadata);
  return [
    roleObject(metadata, rows),
    {
      apiVersion: `${RBAC}/v1`,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: RBAC, kind, name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', ...account }],
    },
  ];
}

const kindOf = ({ namespace }: { namespace?: string }): 'ClusterRole' | 'Role' =>
  namespace === undefined ? 'ClusterRole' : 'Role';

const rulesOf = (rows: readonly Permission[]): object[] =>
  rows.map(({ group, resources, names, verbs }) => ({
    apiGroups: [group],
    resources,
    ...(names === undefined ? {} : { resourceNames: names }),
    verbs,
  }));
