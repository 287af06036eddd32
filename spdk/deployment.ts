import { HOSTNAME_LABEL, MANAGED_BY, MANAGED_BY_LABEL, SPDK_KEEP_CURRENT, SPDK_NODE } from '../api/keys.ts';
import type { KubeObject } from '../kube/api.ts';
import { hugepageResource } from '../kube/pod-requests.ts';
import type { Node } from '../kube/resources.ts';
import { hugepagesQuantity, megabytes, type SpdkGrant } from './grant.ts';

/** What a person chooses of the Deployment. */
export interface SpdkChoice {
  name: string;
  image: string;
  /** CPU mask of `-m`. */
  cores: string;
  cpu: string;
  memory: string;
  /** Whether the controller may follow what the node has. */
  keepCurrent: boolean;
}

/** The container with spdk_tgt. */
export const SPDK_CONTAINER = 'spdk';

/** Labels of the Deployment's pods. */
export const podLabels = (name: string): Record<string, string> => ({ 'app.kubernetes.io/name': name });

/**
 * A Deployment of one pod that takes all that is free: limits and requests of hugepages are equal, as Kubernetes wants it,
 * and `-s` is the same memory in MB. `-m` is SPDK's CPU mask; only the listed controllers are touched (`-A`).
 */
export function spdkDeployment(
  node: Node,
  { name, image, cores, cpu, memory, keepCurrent }: SpdkChoice,
  grant: SpdkGrant,
): KubeObject {
  const labels = podLabels(name);
  const hugepages = { [hugepageResource(grant.size)]: hugepagesQuantity(grant) };
  const host = hostnameOf(node);
  const container = {
    name: SPDK_CONTAINER,
    image,
    command: ['spdk_tgt'],
    args: ['-m', cores, '-s', String(megabytes(grant)), ...allowed(grant.addresses)],
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
      annotations: {
        [SPDK_NODE]: node.metadata?.name ?? '',
        ...(keepCurrent ? { [SPDK_KEEP_CURRENT]: 'true' } : {}),
      },
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

/** SPDK's arguments for its allow-list. */
export const allowed = (addresses: readonly string[]): string[] =>
  addresses.flatMap((address) => ['-A', address]);

/** Value of the label that pods are pinned by. */
export const hostnameOf = ({ metadata }: Node): string =>
  metadata?.labels?.[HOSTNAME_LABEL] ?? metadata?.name ?? '';

const only = (host: string) => ({
  nodeSelectorTerms: [{ matchExpressions: [{ key: HOSTNAME_LABEL, operator: 'In', values: [host] }] }],
});
