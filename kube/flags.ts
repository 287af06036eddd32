import { ConfigError } from './config-error.ts';
import { firstSet } from './first-set.ts';
import type { ClusterEntry, Kubeconfig, UserEntry } from './kubeconfig.ts';

/** kubectl's own connection flags, under the names of its API. */
export interface ConnectionFlags {
  kubeconfig?: string;
  context?: string;
  cluster?: string;
  user?: string;
  server?: string;
  namespace?: string;
  token?: string;
  insecureSkipTlsVerify?: boolean;
  certificateAuthority?: string;
  clientCertificate?: string;
  clientKey?: string;
  tlsServerName?: string;
  as?: string;
  asGroup?: string[];
  asUid?: string;
}

/** The one cluster, user and namespace that a kubeconfig and the flags select. */
export interface Selection {
  context?: string;
  namespace: string;
  clusterName: string;
  userName: string;
  cluster: ClusterEntry;
  user: UserEntry;
}

/** Chooses as kubectl does; a name that the kubeconfig lacks is an error that lists what it has. */
export function select(kubeconfig: Kubeconfig, flags: ConnectionFlags): Selection {
  const contextName = flags.context ?? kubeconfig.currentContext;
  const context =
    contextName === undefined
      ? {}
      : named(kubeconfig.contexts, contextName, 'context', flags.server === undefined);
  const clusterName = flags.cluster ?? context.cluster ?? '';
  const userName = flags.user ?? context.user ?? '';
  return {
    ...(contextName === undefined ? {} : { context: contextName }),
    namespace: firstSet(flags.namespace, context.namespace) ?? 'default',
    clusterName,
    userName,
    cluster: withClusterFlags(
      named(kubeconfig.clusters, clusterName, 'cluster', flags.server === undefined),
      flags,
    ),
    user: withUserFlags(named(kubeconfig.users, userName, 'user', userName !== ''), flags),
  };
}

function named<T extends object>(from: Map<string, T>, name: string, what: string, needed: boolean): T {
  const entry = from.get(name);
  if (entry) return entry;
  if (!needed) return {} as T;
  const known = [...from.keys()].join(', ') || 'none';
  throw new ConfigError(
    name === ''
      ? `The kubeconfig selects no ${what}: set one with \`kubectl config use-context\`, or give --${what} (known: ${known})`
      : `The kubeconfig has no ${what} named "${name}" (known: ${known})`,
  );
}

function withClusterFlags(entry: ClusterEntry, flags: ConnectionFlags): ClusterEntry {
  const cluster = { ...entry };
  if (flags.server !== undefined) cluster.server = flags.server;
  if (flags.tlsServerName !== undefined) cluster['tls-server-name'] = flags.tlsServerName;
  if (flags.certificateAuthority !== undefined) {
    delete cluster['certificate-authority-data'];
    cluster['certificate-authority'] = flags.certificateAuthority;
  }
  if (flags.insecureSkipTlsVerify !== undefined) {
    cluster['insecure-skip-tls-verify'] = flags.insecureSkipTlsVerify;
  }
  return cluster;
}

function withUserFlags(entry: UserEntry, flags: ConnectionFlags): UserEntry {
  // A token says who we are: the API server would look at a client certificate first.
  const user: UserEntry = flags.token === undefined ? { ...entry } : { token: flags.token };
  if (flags.clientCertificate !== undefined) {
    delete user['client-certificate-data'];
    user['client-certificate'] = flags.clientCertificate;
  }
  if (flags.clientKey !== undefined) {
    delete user['client-key-data'];
    user['client-key'] = flags.clientKey;
  }
  return {
    ...user,
    ...(flags.as === undefined ? {} : { as: flags.as }),
    ...(flags.asUid === undefined ? {} : { 'as-uid': flags.asUid }),
    ...(flags.asGroup === undefined ? {} : { 'as-groups': flags.asGroup }),
  };
}
