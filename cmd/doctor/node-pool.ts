import type { LabelSelector, Taint } from '../../api/meta.ts';
import type { ResourceType } from '../../kube/api.ts';

/** The part of Karpenter's NodePool (karpenter.sh/v1) that decides about startup taints. */
export interface NodePool {
  metadata: { name: string };
  spec?: {
    template?: {
      metadata?: { labels?: Record<string, string> };
      spec?: {
        startupTaints?: Taint[];
        requirements?: { key: string; operator: string; values?: string[] }[];
      };
    };
  };
}

export const nodePools: ResourceType<NodePool> = {
  group: 'karpenter.sh',
  version: 'v1',
  plural: 'nodepools',
  kind: 'NodePool',
  namespaced: false,
};

/** Whether every node of the pool surely has the labels: set in its template, or its only allowed value. */
export function surelyMatches({ spec }: NodePool, selector: LabelSelector): boolean {
  const { metadata, spec: node } = spec?.template ?? {};
  const only = (node?.requirements ?? [])
    .filter(({ operator, values = [] }) => operator === 'In' && values.length === 1)
    .map(({ key, values = [] }): [string, string] => [key, values[0] ?? '']);
  const labels = { ...Object.fromEntries(only), ...metadata?.labels };
  const wanted = Object.entries(selector.matchLabels ?? {});
  return (
    (selector.matchExpressions ?? []).length === 0 && wanted.every(([key, value]) => labels[key] === value)
  );
}
