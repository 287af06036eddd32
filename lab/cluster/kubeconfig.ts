import { stringify } from 'yaml';
import type { KeyPair } from './pki.ts';

/** What a kubeconfig of the lab holds: one cluster, one user, one context of the lab's name. */
export interface KubeconfigParts {
  name: string;
  server: string;
  /** PEM. */
  certificateAuthority: string;
  user: string;
  client: KeyPair;
}

/** A self-contained kubeconfig, so that one file can be copied into a guest or a test's folder. */
export function kubeconfig({ name, server, certificateAuthority, user, client }: KubeconfigParts): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': base64(certificateAuthority) } }],
    users: [
      {
        name: user,
        user: { 'client-certificate-data': base64(client.cert), 'client-key-data': base64(client.key) },
      },
    ],
    contexts: [{ name, context: { cluster: name, user } }],
    'current-context': name,
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
