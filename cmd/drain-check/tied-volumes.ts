import { HOSTNAME_LABEL } from '../../api/keys.ts';
import type { Node, PersistentVolume } from '../../kube/resources.ts';

/** Names under which node affinities know a node. */
export function namesOf({ metadata }: Node): string[] {
  const { name = '', labels = {} } = metadata ?? {};
  return [...new Set([name, labels[HOSTNAME_LABEL] ?? name])];
}

/**
 * Whether a volume can be reached from nowhere but these nodes: every alternative of its node affinity names nodes
 * among them and no other. True of local volumes of any provisioner, and of CSI drivers whose topology is the node
 * (TopoLVM, OpenEBS, DirectPV).
 */
export function isTied({ spec }: PersistentVolume, going: ReadonlySet<string>): boolean {
  const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return (
    terms.length > 0 &&
    terms.every(({ matchExpressions = [], matchFields = [] }) =>
      [...matchExpressions, ...matchFields].some(
        ({ operator, values = [] }) =>
          operator === 'In' && values.length > 0 && values.every((value) => going.has(value)),
      ),
    )
  );
}

/** The values by which a volume's affinity names nodes; to tell which of the nodes it is tied to. */
export function affinityValues({ spec }: PersistentVolume): string[] {
  const terms = spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return terms.flatMap(({ matchExpressions = [], matchFields = [] }) =>
    [...matchExpressions, ...matchFields].flatMap(({ values = [] }) => values),
  );
}
