import type { Flag } from './flag.ts';

/** kubectl's flags that say which cluster and who; accepted before and behind every verb. */
export const CONFIG_FLAGS: readonly Flag[] = [
  { long: 'kubeconfig', value: 'FILE', description: 'Path to the kubeconfig file to use' },
  { long: 'context', value: 'NAME', description: 'The kubeconfig context to use' },
  { long: 'cluster', value: 'NAME', description: 'The kubeconfig cluster to use' },
  { long: 'user', value: 'NAME', description: 'The kubeconfig user to use' },
  { long: 'namespace', short: 'n', value: 'NAME', description: 'The namespace scope for this request' },
  { long: 'server', short: 's', value: 'URL', description: 'The address and port of the API server' },
  { long: 'token', value: 'TOKEN', description: 'Bearer token for authentication to the API server' },
  { long: 'as', value: 'USER', description: 'Username to impersonate' },
  { long: 'as-group', value: 'GROUP', repeated: true, description: 'Group to impersonate; may be repeated' },
  { long: 'as-uid', value: 'UID', description: 'UID to impersonate' },
  {
    long: 'certificate-authority',
    value: 'FILE',
    description: 'Path to a certificate file of the certificate authority',
  },
  { long: 'client-certificate', value: 'FILE', description: 'Path to a client certificate file for TLS' },
  { long: 'client-key', value: 'FILE', description: 'Path to a client key file for TLS' },
  {
    long: 'insecure-skip-tls-verify',
    description: "Do not check the server's certificate: your connection is insecure",
  },
  { long: 'tls-server-name', value: 'NAME', description: "Server name for the certificate's validation" },
  {
    long: 'request-timeout',
    value: 'DURATION',
    description: 'How long one request to the server may take (5s, 2m); 0 means no limit',
  },
];
