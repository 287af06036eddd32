import type { NVMeNode } from '../../api/node.ts';
import { GROUP } from '../../api/group.ts';
import { HOSTNAME_LABEL, MANAGED_BY, MANAGED_BY_LABEL } from '../../api/keys.ts';
import type { KubeObject } from '../../kube/api.ts';
import type { Node } from '../../kube/resources.ts';

/** What a person chooses of the Deployment. */
export interface SpdkChoice {
  name: string;
  image: string;
  /** CPU mask of `-m`. */
  cores: string;
  cpu: string;
  memory: string;
}

/** What the node gives it. */
export interface SpdkGrant {
  /** `2Mi` or `1Gi`. */
  size: string;
  pages: number;
  /** PCI addresses of the drives that are SPDK's. */
  addresses: readonly string[];
}

/** Annotation: the node whose free hugepages the Deployment was made for. */
export const SPDK_NODE = `${GROUP}/spdk-node`;

/**
 * A Deployment of one pod that takes all that is free: limits and requests of hugepages are equal, as Kubernetes wants it,
 * and `-s` is the same memory in MB. `-m` is SPDK's CPU mask; only the listed controllers are touched (`-A`).
 */
export function spdkDeployment(
  node: Node,
  { name, image, cores, cpu, memory }: SpdkChoice,
  grant: SpdkGrant,
): KubeObject {
  const labels = { 'app.kubernetes.io/name': name };
  const hugepages = { [`hugepages-${grant.size}`]: `${megabytes(grant)}Mi` };
  const host = node.metadata?.labels?.[HOSTNAME_LABEL] ?? node.metadata?.name ?? '';
  const container = {
    name: 'spdk',
    image,
    command: ['spdk_tgt'],
    args: [
      ...['-m', cores, '-s', String(megabytes(grant))],
      ...grant.addresses.flatMap((address) => ['-A', address]),
    ],
    // The controllers are reached through sysfs and the user-space driver's device nodes.
    securityContext: { privileged: true },
    resources: { requests: { cpu, memory, ...hugepages }, limits: { memory, ...hugepages } },
    volumeMounts: [{ name: 'hugepages', mountPath: '/dev/hugepages' }],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name,
      labels: { ...labels, [MANAGED_BY_LABEL]: MANAGED_BY },
      annotations: { [SPDK_NODE]: node.metadata?.name ?? '' },
    },
    spec: {
      replicas: 1,
      // Two pods of the same drives and pages would wait for each other for ever.
      strategy: { type: 'Recreate' },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: only(host) } },
          containers: [container],
          volumes: [{ name: 'hugepages', emptyDir: { medium: 'HugePages' } }],
        },
      },
    },
  } as KubeObject;
}

const megabytes = ({ size, pages }: SpdkGrant): number => pages * (size === '1Gi' ? 1024 : 2);

const only = (host: string) => ({
  nodeSelectorTerms: [{ matchExpressions: [{ key: HOSTNAME_LABEL, operator: 'In', values: [host] }] }],
});

/** Controllers that the node's agent has handed to SPDK. */
export const handedAddresses = ({ status }: NVMeNode): string[] =>
  (status?.drives ?? [])
    .filter(
      ({ role, state, path, pciAddress }) => role === 'Local' && state === 'Ours' && path === pciAddress,
    )
    .map(({ path }) => path)
    .sort();
