import type { MatchableNode } from '../../api/matching.ts';
import type { Taint } from '../../api/meta.ts';
import { isRecord } from './json.ts';

/**
 * The well-formed parts of a Node that admission looks at. A webhook must answer whatever a client put into the
 * object; what is not of the right shape is left for the API server's own validation.
 */
export function admittedNode(object: unknown): MatchableNode {
  const node = isRecord(object) ? object : {};
  const metadata = isRecord(node.metadata) ? node.metadata : {};
  const spec = isRecord(node.spec) ? node.spec : {};
  return {
    metadata: { labels: texts(metadata.labels), annotations: texts(metadata.annotations) },
    spec: { taints: taintsOf(spec.taints) },
  };
}

function texts(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function taintsOf(value: unknown): Taint[] {
  if (!Array.isArray(value)) return [];
  return value.filter((taint): taint is Taint => isRecord(taint) && typeof taint.key === 'string');
}
