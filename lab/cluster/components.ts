import { join } from 'node:path';
import { HOST_FROM_GUEST, SERVICE_CIDR } from './addresses.ts';
import { certificatePaths } from './certificate-paths.ts';

/** The programs of a control plane, in the order in which they are started. */
export const controlPlanePrograms = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
] as const;

/** One of `controlPlanePrograms`. */
export type ControlPlaneProgram = (typeof controlPlanePrograms)[number];

/** The ports of 127.0.0.1 that a control plane listens on. */
export interface ControlPlanePorts {
  apiServer: number;
  etcdClient: number;
  etcdPeer: number;
}

/** The flags of each program for a lab in `labDir`. Pure, so that tests can read what is switched on. */
export function componentFlags(
  labDir: string,
  ports: ControlPlanePorts,
): Record<ControlPlaneProgram, readonly string[]> {
  return {
    etcd: etcdFlags(labDir, ports),
    'kube-apiserver': apiServerFlags(labDir, ports),
    'kube-controller-manager': controllerManagerFlags(labDir),
    'kube-scheduler': clientFlags(labDir, 'kube-scheduler'),
  };
}

/** Where a component's own kubeconfig lies. */
export function componentKubeconfig(labDir: string, name: string): string {
  return join(labDir, 'kubeconfigs', `${name}.yaml`);
}

function etcdFlags(labDir: string, ports: ControlPlanePorts): readonly string[] {
  const paths = certificatePaths(labDir);
  const client = `https://127.0.0.1:${ports.etcdClient}`;
  const peer = `https://127.0.0.1:${ports.etcdPeer}`;
  return [
    `--data-dir=${join(labDir, 'etcd')}`,
    // A lab's state ends with it, so nothing is gained by waiting for the disk at every write.
    '--unsafe-no-fsync',
    '--log-level=warn',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--client-cert-auth',
    `--trusted-ca-file=${paths.etcdCACert}`,
    `--cert-file=${paths.etcdCert}`,
    `--key-file=${paths.etcdKey}`,
    '--peer-client-cert-auth',
    `--peer-trusted-ca-file=${paths.etcdCACert}`,
    `--peer-cert-file=${paths.etcdCert}`,
    `--peer-key-file=${paths.etcdKey}`,
  ];
}

function apiServerFlags(labDir: string, ports: ControlPlanePorts): readonly string[] {
  const paths = certificatePaths(labDir);
  return [
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.apiServer}`,
    // What the `kubernetes` service leads to: loopback is refused there, and guests reach the host by this.
    `--advertise-address=${HOST_FROM_GUEST}`,
    `--etcd-servers=https://127.0.0.1:${ports.etcdClient}`,
    `--etcd-cafile=${paths.etcdCACert}`,
    `--etcd-certfile=${paths.etcdClientCert}`,
    `--etcd-keyfile=${paths.etcdClientKey}`,
    `--client-ca-file=${paths.caCert}`,
    `--tls-cert-file=${paths.apiServerCert}`,
    `--tls-private-key-file=${paths.apiServerKey}`,
    // Least privilege means something in tests only with these two.
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${paths.serviceAccountPublic}`,
    `--service-account-signing-key-file=${paths.serviceAccountKey}`,
    `--service-cluster-ip-range=${SERVICE_CIDR}`,
    `--kubelet-client-certificate=${paths.kubeletClientCert}`,
    `--kubelet-client-key=${paths.kubeletClientKey}`,
    `--kubelet-certificate-authority=${paths.caCert}`,
    // Else it looks the node's host name up, which nothing on this machine knows.
    '--kubelet-preferred-address-types=InternalIP',
    '--profiling=false',
  ];
}

function controllerManagerFlags(labDir: string): readonly string[] {
  const paths = certificatePaths(labDir);
  return [
    ...clientFlags(labDir, 'kube-controller-manager'),
    '--use-service-account-credentials',
    `--root-ca-file=${paths.caCert}`,
    `--service-account-private-key-file=${paths.serviceAccountKey}`,
    `--cluster-signing-cert-file=${paths.caCert}`,
    `--cluster-signing-key-file=${paths.caKey}`,
    // One service account per controller is made at start; at the default 20 requests a second that takes most of the start.
    '--kube-api-qps=300',
    '--kube-api-burst=600',
  ];
}

function clientFlags(labDir: string, name: string): readonly string[] {
  const config = componentKubeconfig(labDir, name);
  return [
    `--kubeconfig=${config}`,
    `--authentication-kubeconfig=${config}`,
    `--authorization-kubeconfig=${config}`,
    '--leader-elect=false',
    // They serve nothing that the lab asks for, so they listen nowhere.
    '--secure-port=0',
    '--profiling=false',
  ];
}
