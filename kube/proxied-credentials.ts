import type { Agent } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { CredentialSource, TlsMaterial } from './credentials.ts';
import type { Selection } from './flags.ts';

/** The same credentials, with connections through a proxy: the agents are client-node's, loaded only now. */
export function proxiedCredentials(
  inner: CredentialSource,
  selection: Selection,
  proxyUrl: string,
): CredentialSource {
  let made: { tls: TlsMaterial; agent: Promise<Agent> } | undefined;
  return {
    async current() {
      const credentials = await inner.current();
      if (made?.tls !== credentials.tls) {
        made = { tls: credentials.tls, agent: proxyAgent(selection, credentials.tls, proxyUrl) };
      }
      return { ...credentials, agent: await made.agent };
    },
    forget: () => inner.forget(),
  };
}

/** An HTTP or SOCKS agent. KubeConfig makes one only for a cluster and a user, so it gets both, without credentials. */
async function proxyAgent(
  { cluster: { server = '' } }: Selection,
  tls: TlsMaterial,
  proxyUrl: string,
): Promise<Agent> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'cluster', server, proxyUrl, skipTLSVerify: tls.rejectUnauthorized === false },
    { name: 'user' },
  );
  const options: RequestOptions = { ...tls };
  await config.applyToHTTPSOptions(options);
  return options.agent as Agent;
}
