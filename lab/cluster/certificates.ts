import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certificatePaths, type CertificateFile } from './certificate-paths.ts';
import { HOST_FROM_GUEST, KUBERNETES_SERVICE_IP } from './addresses.ts';
import { issue, newAuthority, rsaKeyPair, type CertificateRequest, type KeyPair } from './pki.ts';

/** All that the components of one lab present and trust. etcd has an authority of its own: a kubelet's certificate opens nothing there. */
export interface ClusterCertificates {
  ca: KeyPair;
  etcdCA: KeyPair;
  etcd: KeyPair;
  etcdClient: KeyPair;
  apiServer: KeyPair;
  kubeletClient: KeyPair;
  serviceAccount: { publicKey: string; privateKey: string };
}

const both = ['clientAuth', 'serverAuth'] as const;

/** Makes the certificates of a new control plane, the keys side by side. */
export async function clusterCertificates(now: Date): Promise<ClusterCertificates> {
  const [ca, etcdCA, serviceAccount] = await Promise.all([
    newAuthority('kubectl-nvme lab', now),
    newAuthority('kubectl-nvme lab etcd', now),
    rsaKeyPair(),
  ]);
  const [etcd, etcdClient, apiServer, kubeletClient] = await Promise.all([
    issue(etcdCA, { commonName: 'etcd', usages: both, ips: ['127.0.0.1'] }, now),
    issue(etcdCA, { commonName: 'kube-apiserver', usages: ['clientAuth'] }, now),
    issue(ca, apiServerCertificate, now),
    // Kubernetes' bootstrap policy binds this group to all verbs, which node logs and exec need.
    issue(ca, userCertificate('kube-apiserver-kubelet-client', ['system:masters']), now),
  ]);
  return { ca, etcdCA, etcd, etcdClient, apiServer, kubeletClient, serviceAccount };
}

const apiServerCertificate: CertificateRequest = {
  commonName: 'kube-apiserver',
  usages: ['serverAuth'],
  dnsNames: [
    'localhost',
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
  ],
  ips: ['127.0.0.1', HOST_FROM_GUEST, KUBERNETES_SERVICE_IP],
};

/** A client certificate that makes its holder `user`, member of `groups`, for the API server. */
export function userCertificate(user: string, groups: readonly string[]): CertificateRequest {
  return { commonName: user, organizations: groups, usages: ['clientAuth'] };
}

/** Writes the files, readable by their owner only. The etcd authority's key is not kept: it signs nothing more. */
export async function writeCertificates(labDir: string, certificates: ClusterCertificates): Promise<void> {
  await mkdir(join(labDir, 'pki'), { recursive: true, mode: 0o700 });
  const contents: Record<CertificateFile, string> = {
    caCert: certificates.ca.cert,
    caKey: certificates.ca.key,
    etcdCACert: certificates.etcdCA.cert,
    etcdCert: certificates.etcd.cert,
    etcdKey: certificates.etcd.key,
    etcdClientCert: certificates.etcdClient.cert,
    etcdClientKey: certificates.etcdClient.key,
    apiServerCert: certificates.apiServer.cert,
    apiServerKey: certificates.apiServer.key,
    kubeletClientCert: certificates.kubeletClient.cert,
    kubeletClientKey: certificates.kubeletClient.key,
    serviceAccountPublic: certificates.serviceAccount.publicKey,
    serviceAccountKey: certificates.serviceAccount.privateKey,
  };
  const paths = certificatePaths(labDir);
  const files = Object.keys(contents) as CertificateFile[];
  await Promise.all(files.map((file) => writeFile(paths[file], contents[file], { mode: 0o600 })));
}
