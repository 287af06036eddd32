import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ConfigError } from './config-error.ts';
import type { ClusterConfig, CredentialSource } from './credentials.ts';
import type { ExecSurroundings } from './exec-credentials.ts';
import { firstSet } from './first-set.ts';
import { select, type ConnectionFlags, type Selection } from './flags.ts';
import { inClusterConfig, isInCluster, SERVICE_ACCOUNT_ROOT } from './in-cluster.ts';
import type { Kubeconfig } from './kubeconfig.ts';
import { proxyFromEnv } from './proxy-from-env.ts';

export type { ConnectionFlags } from './flags.ts';
export type { ClusterConfig } from './credentials.ts';

/** Where a configuration is looked for. */
export interface ConfigSource {
  /** The process's environment: KUBECONFIG, HOME, *_PROXY, KUBERNETES_SERVICE_*. */
  env: Readonly<Record<string, string | undefined>>;
  flags?: ConnectionFlags;
  /** Folder with `token`, `ca.crt` and `namespace`; the kubelet's by default. */
  serviceAccountRoot?: string;
  /** Whether a person is at standard input, whom a credential plugin may ask. */
  canAsk?: boolean;
}

/**
 * Finds the cluster as kubectl does: --kubeconfig, else the files of KUBECONFIG, else ~/.kube/config, else the
 * pod's service account. Packages are loaded only when what was found needs them: none in a pod.
 */
export async function loadClusterConfig(source: ConfigSource): Promise<ClusterConfig> {
  const { env, flags = {}, serviceAccountRoot = SERVICE_ACCOUNT_ROOT } = source;
  const files = kubeconfigFiles(env, flags);
  const found = files.filter((file) => existsSync(file));
  if (flags.kubeconfig !== undefined && found.length === 0) {
    throw new ConfigError(`The kubeconfig ${flags.kubeconfig} does not exist`, { file: flags.kubeconfig });
  }
  if (found.length > 0) {
    const { readKubeconfigs } = await import('./kubeconfig.ts');
    const kubeconfig = readKubeconfigs(found);
    if (isUsable(kubeconfig, flags)) return fromSelection(select(kubeconfig, flags), source);
  }
  if (flags.server === undefined && isInCluster(env, serviceAccountRoot)) {
    return podConfig(source, serviceAccountRoot);
  }
  if (flags.server !== undefined) return fromSelection(select(EMPTY, flags), source);
  throw new ConfigError(
    `No cluster to talk to: ${files.join(', ') || 'no kubeconfig path'} ${found.length > 0 ? 'selects none' : 'does not exist'}, and this is no pod. Give --kubeconfig, --context or --server, or set KUBECONFIG`,
  );
}

const EMPTY: Kubeconfig = { clusters: new Map(), users: new Map(), contexts: new Map() };

const isUsable = (kubeconfig: Kubeconfig, flags: ConnectionFlags): boolean =>
  kubeconfig.currentContext !== undefined ||
  [flags.context, flags.cluster, flags.server].some((flag) => flag !== undefined);

function kubeconfigFiles(env: ConfigSource['env'], flags: ConnectionFlags): string[] {
  if (flags.kubeconfig !== undefined) return [flags.kubeconfig];
  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
  if (listed.length > 0) return listed;
  const home = firstSet(env.HOME, env.USERPROFILE);
  return home ? [join(home, '.kube', 'config')] : [];
}

function podConfig(source: ConfigSource, root: string): ClusterConfig {
  const { env, flags = {} } = source;
  const config = inClusterConfig(env, root);
  const namespace = flags.namespace ?? config.namespace;
  if (flags.as === undefined && flags.token === undefined) return { ...config, namespace };
  const cluster = { server: config.server, 'certificate-authority': join(root, 'ca.crt') };
  const user = { tokenFile: join(root, 'token') };
  const context = { cluster: 'pod', user: 'pod', namespace };
  const kubeconfig = {
    currentContext: 'pod',
    clusters: new Map([['pod', cluster]]),
    users: new Map([['pod', user]]),
    contexts: new Map([['pod', context]]),
  };
  return fromSelection(select(kubeconfig, flags), source);
}

function fromSelection(selection: Selection, { env, canAsk = false }: ConfigSource): ClusterConfig {
  const server = serverOf(selection);
  const proxy = firstSet(selection.cluster['proxy-url']) ?? proxyFromEnv(server, env);
  let source: Promise<CredentialSource> | undefined;
  let loaded: CredentialSource | undefined;
  const load = (): Promise<CredentialSource> =>
    (source ??= chooseCredentials(selection, { env: { ...env }, canAsk })
      .then((chosen) => throughProxy(chosen, selection, proxy))
      .then((chosen) => (loaded = chosen)));
  return {
    server,
    namespace: selection.namespace,
    ...(selection.context === undefined ? {} : { context: selection.context }),
    credentials: { current: async () => (await load()).current(), forget: () => loaded?.forget() },
  };
}

function serverOf({ cluster, clusterName }: Selection): string {
  const text = cluster.server;
  if (!text) throw new ConfigError(`The cluster "${clusterName}" has no server: give --server`);
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw new ConfigError(
      `Expected an http(s) address as the server of cluster "${clusterName}", got \`${text}\``,
    );
  }
  return url.href.replace(/\/+$/, '');
}

async function chooseCredentials(
  selection: Selection,
  surroundings: ExecSurroundings,
): Promise<CredentialSource> {
  const { exec, 'auth-provider': provider } = selection.user;
  if (provider) return (await import('./delegated-credentials.ts')).delegatedCredentials(selection);
  if (exec) return (await import('./exec-credentials.ts')).execCredentials(selection, exec, surroundings);
  return (await import('./static-credentials.ts')).staticCredentials(selection);
}

async function throughProxy(
  inner: CredentialSource,
  selection: Selection,
  proxy: string | undefined,
): Promise<CredentialSource> {
  if (!proxy) return inner;
  return (await import('./proxied-credentials.ts')).proxiedCredentials(inner, selection, proxy);
}
