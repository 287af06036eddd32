import { stringify } from 'yaml';
import { parentEntries, type TarEntry } from '../assets/tar.ts';
import { HOST_FROM_GUEST, KUBERNETES_SERVICE_IP, SERVICE_CIDR } from '../cluster/addresses.ts';
import { userCertificate } from '../cluster/certificates.ts';
import { kubeconfig } from '../cluster/kubeconfig.ts';
import { issue, type KeyPair } from '../cluster/pki.ts';
import { cloudFacts } from './clouds.ts';
import { imitationList } from './drives.ts';
import type { Machine } from './machine.ts';

/** What the guest needs to know of its cluster. */
export interface ClusterFacts {
  name: string;
  ca: KeyPair;
  apiServerPort: number;
}

/** The files that the guest's `config` script unpacks on its root. */
export async function guestConfig(
  machine: Machine,
  cluster: ClusterFacts,
  now: Date,
): Promise<readonly TarEntry[]> {
  const user = `system:node:${machine.name}`;
  const serving = {
    commonName: user,
    organizations: ['system:nodes'],
    usages: ['serverAuth'],
    ips: ['127.0.0.1', '10.0.2.15'],
  } as const;
  const [client, server] = await Promise.all([
    issue(cluster.ca, userCertificate(user, ['system:nodes']), now),
    issue(cluster.ca, serving, now),
  ]);
  const config = kubeconfig({
    name: `lab-${cluster.name}`,
    server: `https://${HOST_FROM_GUEST}:${cluster.apiServerPort}`,
    certificateAuthority: cluster.ca.cert,
    user,
    client,
  });
  const list = imitationList(machine.drives);
  const { kubeletConfigPath } = facts(machine);
  return [
    ...file('etc/hostname', `${machine.name}\n`),
    ...file('etc/kubernetes/kubelet.conf', config, 0o600),
    ...file('etc/kubernetes/pki/ca.crt', cluster.ca.cert),
    ...file('etc/kubernetes/pki/kubelet.crt', server.cert),
    ...file('etc/kubernetes/pki/kubelet.key', server.key, 0o600),
    ...file(kubeletConfigPath.slice(1), kubeletConfigText(machine, kubeletConfigPath)),
    ...file('etc/cni/net.d/10-lab.conflist', JSON.stringify(podNetwork(machine))),
    ...file('etc/lab/node.env', environment(machine, cluster)),
    ...file('etc/lab/exec-token', machine.execToken, 0o600),
    ...(list === '' ? [] : file('etc/lab/drives', list)),
  ];
}

function file(path: string, content: string, mode = 0o644): readonly TarEntry[] {
  return [...parentEntries(path), { path, kind: 'file', mode, content: Buffer.from(content) }];
}

function facts(machine: Machine): ReturnType<typeof cloudFacts> {
  return cloudFacts(machine.cloud, machine.name, machine.machineID);
}

function environment(machine: Machine, cluster: ClusterFacts): string {
  const { registrationLabels, kubeletConfigPath } = facts(machine);
  const labels = Object.entries({ ...registrationLabels, ...machine.labels }).map(
    ([key, value]) => `${key}=${value}`,
  );
  const flags = [
    `--config=${kubeletConfigPath}`,
    '--kubeconfig=/etc/kubernetes/kubelet.conf',
    `--hostname-override=${machine.name}`,
    // The Node is born with the taint that a cloud's controller removes, as on every managed cluster.
    '--cloud-provider=external',
    ...(labels.length === 0 ? [] : [`--node-labels=${labels.join(',')}`]),
  ];
  return `KUBELET_ARGS=${flags.join(' ')}\nAPI_PORT=${cluster.apiServerPort}\nSERVICE_IP=${KUBERNETES_SERVICE_IP}\nSERVICE_CIDR=${SERVICE_CIDR}\n`;
}

function kubeletConfigText(machine: Machine, path: string): string {
  const configuration = kubeletConfiguration(machine);
  return path.endsWith('.json') ? JSON.stringify(configuration, null, 2) : stringify(configuration);
}

/** The kubelet's configuration; what the machine's options say comes last. */
export function kubeletConfiguration(machine: Machine): Readonly<Record<string, unknown>> {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    port: machine.kubeletPort,
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: '/etc/kubernetes/pki/kubelet.crt',
    tlsPrivateKeyFile: '/etc/kubernetes/pki/kubelet.key',
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    cgroupDriver: 'systemd',
    logging: { verbosity: 1 },
    resolvConf: '/etc/resolv.conf',
    // There is no DNS: a lookup is refused at once, and no pod gets a warning that none is configured.
    clusterDNS: ['127.0.0.1'],
    clusterDomain: 'cluster.local',
    // The images came with the disk and cannot be pulled again.
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    ...(machine.taints.length === 0 ? {} : { registerWithTaints: machine.taints.map(parseTaint) }),
    ...machine.kubeletConfiguration,
  };
}

function parseTaint(text: string): Readonly<Record<string, string>> {
  const [keyAndValue = '', effect = 'NoSchedule'] = text.split(':');
  const [key = '', value] = keyAndValue.split('=');
  return value === undefined ? { key, effect } : { key, value, effect };
}

function podNetwork(machine: Machine): object {
  const ranges = [[{ subnet: `10.244.${machine.index}.0/24` }]];
  return {
    cniVersion: '1.0.0',
    name: 'lab',
    plugins: [
      { type: 'ptp', ipMasq: true, ipam: { type: 'host-local', ranges, routes: [{ dst: '0.0.0.0/0' }] } },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}
