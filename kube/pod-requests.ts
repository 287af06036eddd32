import { parseBytes } from '../api/quantity.ts';
import type { Node, Pod } from './resources.ts';

/** The resource names of hugepages, as nodes offer and pods ask for them. */
export const hugepageResource = (size: string): string => `hugepages-${size}`;

/** Bytes of hugepages that pods may have in all on a node: `capacity` as the kubelet counted, `allocatable` for pods. */
export function offered({ status }: Node, field: 'capacity' | 'allocatable', size: string): number {
  return bytes(status?.[field]?.[hugepageResource(size)]);
}

/**
 * Bytes of hugepages that the scheduler counts as taken by these pods. Pods that have ended take none (Kubernetes'
 * `resourcehelper.PodRequests`).
 */
export function requested(pods: readonly Pod[], size: string): number {
  const living = pods.filter(({ status }) => status?.phase !== 'Succeeded' && status?.phase !== 'Failed');
  return living.reduce((sum, pod) => sum + requestOf(pod, hugepageResource(size)), 0);
}

type Container = NonNullable<Pod['spec']>['containers'][number];

/** Containers run together with the sidecars; each other init container with the sidecars that were started before it. */
function requestOf({ spec }: Pod, resource: string): number {
  const own = (spec as { resources?: Container['resources'] } | undefined)?.resources?.requests?.[resource];
  const overhead = bytes(spec?.overhead?.[resource]);
  if (own !== undefined) return bytes(own) + overhead;
  const ask = ({ resources }: Container): number =>
    bytes(resources?.requests?.[resource] ?? resources?.limits?.[resource]);
  let sidecars = 0;
  let peak = 0;
  for (const container of spec?.initContainers ?? []) {
    peak = Math.max(peak, sidecars + ask(container));
    if (container.restartPolicy === 'Always') sidecars += ask(container);
  }
  const together = sidecars + (spec?.containers ?? []).reduce((sum, container) => sum + ask(container), 0);
  return Math.max(peak, together) + overhead;
}

const bytes = (quantity: string | undefined): number => (quantity === undefined ? 0 : parseBytes(quantity));
