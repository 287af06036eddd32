import { existsSync, readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { ConfigError } from './config-error.ts';
import type { ClusterConfig, CredentialSource, TlsMaterial } from './credentials.ts';
import { WatchedFile } from './watched-file.ts';

/** Where the kubelet projects a pod's service account. */
export const SERVICE_ACCOUNT_ROOT = '/var/run/secrets/kubernetes.io/serviceaccount';

type Env = Readonly<Record<string, string | undefined>>;

/** Whether this process runs in a pod with a service account. */
export function isInCluster(env: Env, root = SERVICE_ACCOUNT_ROOT): boolean {
  return Boolean(env.KUBERNETES_SERVICE_HOST) && existsSync(join(root, 'token'));
}

/**
 * A pod's own way to the API server, without any package, so that the agent stays small: bound tokens are
 * re-read when the kubelet rotates them, and so is the CA.
 */
export function inClusterConfig(env: Env, root = SERVICE_ACCOUNT_ROOT): ClusterConfig {
  const host = env.KUBERNETES_SERVICE_HOST;
  const port = env.KUBERNETES_SERVICE_PORT ?? '443';
  if (!host) throw new ConfigError('KUBERNETES_SERVICE_HOST is not set: this process does not run in a pod');
  const namespaceFile = join(root, 'namespace');
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    namespace: existsSync(namespaceFile) ? readFileSync(namespaceFile, 'utf8').trim() : 'default',
    credentials: serviceAccount(root),
  };
}

function serviceAccount(root: string): CredentialSource {
  const token = new WatchedFile(join(root, 'token'));
  const ca = new WatchedFile(join(root, 'ca.crt'));
  let tls: TlsMaterial = {};
  return {
    current: () => {
      const pem = ca.read();
      if (tls.ca !== pem) tls = { ca: pem };
      return Promise.resolve({ headers: { Authorization: `Bearer ${token.read()}` }, tls });
    },
    forget: () => token.forget(),
  };
}
