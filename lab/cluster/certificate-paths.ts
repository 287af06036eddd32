import { join } from 'node:path';

/** Where each file of the control plane's certificates lies. */
export function certificatePaths(labDir: string): Record<CertificateFile, string> {
  const path = (file: string): string => join(labDir, 'pki', file);
  return {
    caCert: path('ca.crt'),
    caKey: path('ca.key'),
    etcdCACert: path('etcd-ca.crt'),
    etcdCert: path('etcd.crt'),
    etcdKey: path('etcd.key'),
    etcdClientCert: path('etcd-client.crt'),
    etcdClientKey: path('etcd-client.key'),
    apiServerCert: path('apiserver.crt'),
    apiServerKey: path('apiserver.key'),
    kubeletClientCert: path('kubelet-client.crt'),
    kubeletClientKey: path('kubelet-client.key'),
    serviceAccountPublic: path('service-account.pub'),
    serviceAccountKey: path('service-account.key'),
  };
}

/** The names of `certificatePaths`. */
export type CertificateFile =
  | 'caCert'
  | 'caKey'
  | 'etcdCACert'
  | 'etcdCert'
  | 'etcdKey'
  | 'etcdClientCert'
  | 'etcdClientKey'
  | 'apiServerCert'
  | 'apiServerKey'
  | 'kubeletClientCert'
  | 'kubeletClientKey'
  | 'serviceAccountPublic'
  | 'serviceAccountKey';
