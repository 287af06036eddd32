import { createHash } from 'node:crypto';
import { withDefaults } from '../../../api/defaults.ts';
import {
  CAPACITY_INSTANCE_TYPE,
  CAPACITY_PROFILE,
  INSTANCE_TYPE_LABEL,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  TEMPLATE_NODE_LABEL,
} from '../../../api/keys.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../../../api/meta.ts';
import type { NVMeNode } from '../../../api/node.ts';
import type { NVMeProfile, NVMeProfileSpec } from '../../../api/profile.ts';
import { publishesVolumes } from '../../../api/publishes-volumes.ts';
import { bytesOf } from '../../../api/quantity.ts';
import type { CSIStorageCapacity, Node } from '../../../kube/resources.ts';
import { volumesOfNewNodes, type NewVolumes } from './volumes-of-new-nodes.ts';

export interface CapacityState {
  profiles: readonly NVMeProfile[];
  nvmeNodes: readonly NVMeNode[];
  nodes: ReadonlyMap<string, Node>;
  /** Ours, as they are stored. */
  existing: readonly CSIStorageCapacity[];
}

export type CapacityAction =
  | { kind: 'create'; object: CSIStorageCapacity }
  | { kind: 'resize'; name: string; capacity: string; maximumVolumeSize: string }
  | { kind: 'delete'; name: string; uid: string };

/**
 * Told of nodes of a kind that was never seen. Too much costs one scale-up that does not help, and after that the real
 * size is known; too little would keep a pool at zero for ever.
 */
const UNKNOWN: NewVolumes = { largest: 2 ** 50, total: 2 ** 50 };

/**
 * What the autoscaler is to be told of nodes that do not exist yet: per profile one object for each instance type that
 * was seen, and one for all others. Real nodes get none, so that a node without a free volume has no storage.
 */
export function decideCapacities(state: CapacityState): CapacityAction[] {
  const wanted = new Map(
    state.profiles.flatMap((profile) => ofProfile(profile, state)).map((one) => [nameOf(one), one]),
  );
  const existing = new Map(state.existing.map((one) => [nameOf(one), one]));
  const stale = [...existing].filter(([name]) => !wanted.has(name));
  return [
    ...[...wanted].flatMap(([name, object]) => change(name, object, existing.get(name))),
    ...stale.map(([name, { metadata }]): CapacityAction => ({
      kind: 'delete',
      name,
      uid: metadata?.uid ?? '',
    })),
  ];
}

const nameOf = ({ metadata }: CSIStorageCapacity): string => metadata?.name ?? '';

function change(
  name: string,
  object: CSIStorageCapacity,
  existing: CSIStorageCapacity | undefined,
): CapacityAction[] {
  if (existing === undefined) return [{ kind: 'create', object }];
  const { capacity = '0', maximumVolumeSize = '0' } = object;
  const isRight = same(existing.capacity, capacity) && same(existing.maximumVolumeSize, maximumVolumeSize);
  return isRight ? [] : [{ kind: 'resize', name, capacity, maximumVolumeSize }];
}

/** The API server writes a quantity in its own way. */
const same = (a: string | undefined, b: string): boolean => bytesOf(a) === bytesOf(b);

function ofProfile(profile: NVMeProfile, state: CapacityState): CSIStorageCapacity[] {
  const name = profile.metadata.name ?? '';
  const spec = withDefaults(profile.spec);
  if (!publishesVolumes(spec)) return [];
  const known = new Map([
    ...remembered(name, state.existing),
    ...volumesOfNewNodes(name, state.nvmeNodes, state.nodes),
  ]);
  const others = known.get('') ?? UNKNOWN;
  known.delete('');
  const types = [...known.keys()].sort();
  const rest: LabelSelectorRequirement[] =
    types.length === 0 ? [] : [{ key: INSTANCE_TYPE_LABEL, operator: 'NotIn', values: types }];
  return [
    ...[...known].map(([type, sizes]) => {
      const only = { key: INSTANCE_TYPE_LABEL, operator: 'In' as const, values: [type] };
      return capacityObject(name, spec, { type, requirements: [only], sizes });
    }),
    capacityObject(name, spec, { type: '', requirements: rest, sizes: others }),
  ];
}

/** What was learned of nodes that are gone by now: a pool at zero still knows what its nodes bring. */
function remembered(profile: string, existing: readonly CSIStorageCapacity[]): Map<string, NewVolumes> {
  const ours = existing.filter(({ metadata }) => metadata?.annotations?.[CAPACITY_PROFILE] === profile);
  return new Map(
    ours.map(({ metadata, capacity = '0', maximumVolumeSize = capacity }) => [
      metadata?.annotations?.[CAPACITY_INSTANCE_TYPE] ?? '',
      { largest: bytesOf(maximumVolumeSize) ?? UNKNOWN.largest, total: bytesOf(capacity) ?? UNKNOWN.total },
    ]),
  );
}

function capacityObject(
  profile: string,
  { nodeSelector, volumes }: NVMeProfileSpec,
  {
    type,
    requirements,
    sizes,
  }: { type: string; requirements: LabelSelectorRequirement[]; sizes: NewVolumes },
): CSIStorageCapacity {
  const { storageClassName } = volumes;
  const nodeTopology: LabelSelector = {
    matchLabels: { ...nodeSelector.matchLabels, [TEMPLATE_NODE_LABEL]: 'true' },
    matchExpressions: [...(nodeSelector.matchExpressions ?? []), ...requirements],
  };
  // Class and topology of such an object cannot be changed, so another name goes with others.
  const identity = JSON.stringify([profile, storageClassName, nodeTopology]);
  const name = `nvme-${createHash('sha256').update(identity).digest('hex').slice(0, 24)}`;
  const annotations = {
    [CAPACITY_PROFILE]: profile,
    ...(type === '' ? {} : { [CAPACITY_INSTANCE_TYPE]: type }),
  };
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIStorageCapacity',
    metadata: { name, labels: { [MANAGED_BY_LABEL]: MANAGED_BY }, annotations },
    storageClassName,
    nodeTopology,
    capacity: String(sizes.total),
    maximumVolumeSize: String(sizes.largest),
  };
}
