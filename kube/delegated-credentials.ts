import type { RequestOptions } from 'node:https';
import type { Credentials, CredentialSource } from './credentials.ts';
import type { Selection } from './flags.ts';
import { impersonationHeaders } from './impersonation.ts';
import { tlsMaterial } from './static-credentials.ts';

/**
 * Users with an auth-provider (OIDC with its refresh, the old gcp and azure ones): client-node's KubeConfig knows these,
 * and is loaded only for them.
 */
export function delegatedCredentials(selection: Selection): CredentialSource {
  const tls = tlsMaterial(selection);
  const impersonation = impersonationHeaders(selection.user);
  let loading: ReturnType<typeof load> | undefined;

  const ask = async (): Promise<Credentials> => {
    loading ??= load(selection);
    const options: RequestOptions = { headers: {} };
    await (await loading).applyToHTTPSOptions(options);
    const basic = options.auth
      ? { Authorization: `Basic ${Buffer.from(options.auth).toString('base64')}` }
      : {};
    const headers = { ...(options.headers as Record<string, string>), ...basic, ...impersonation };
    return { headers, tls };
  };
  return { current: ask, forget: () => (loading = undefined) };
}

async function load({ cluster, clusterName, user, userName }: Selection) {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const { newClusters, newUsers } = await import('@kubernetes/client-node/dist/config_types.js');
  const entry = { ...cluster };
  // KubeConfig refuses plain http without it; there is no TLS to verify then.
  if (cluster.server?.startsWith('http:')) entry['insecure-skip-tls-verify'] = true;
  const [wantedCluster] = newClusters([{ name: clusterName || 'cluster', cluster: entry }]);
  const [wantedUser] = newUsers([
    { name: userName || 'user', user: { ...user, 'token-file': user.tokenFile } },
  ]);
  if (!wantedCluster || !wantedUser) throw new Error('client-node gave no cluster or no user back');
  const config = new KubeConfig();
  config.loadFromClusterAndUser(wantedCluster, wantedUser);
  return config;
}
