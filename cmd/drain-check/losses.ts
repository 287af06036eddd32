import { API_VERSION } from '../../api/group.ts';
import type { NVMeNode } from '../../api/node.ts';
import { podsByClaim } from '../../kube/claims-of-pod.ts';
import type { Node, PersistentVolume, Pod } from '../../kube/resources.ts';
import { bytesOf } from '../status/volumes.ts';
import { affinityValues, isTied, namesOf } from './tied-volumes.ts';

/** Data that goes with a node, and who uses it; what `-o json` prints. */
export interface DataLoss {
  apiVersion: string;
  kind: 'DataLoss';
  metadata: { name: string };
  node: string;
  claim?: { namespace: string; name: string };
  /** `namespace/name` of the pods that use the claim and have not ended. */
  pods: string[];
  /** Bytes. */
  capacity: number;
  storageClass?: string;
  reason: string;
}

/** What losses are told from; `pods` is absent when the account may not read them. */
export interface DrainView {
  nodes: readonly Node[];
  nvmeNodes: readonly NVMeNode[];
  volumes: readonly PersistentVolume[];
  pods?: readonly Pod[];
}

/** Everything that is lost when these nodes go, by node and volume. */
export function losses({ nodes, nvmeNodes, volumes, pods = [] }: DrainView): DataLoss[] {
  const nodeByName = new Map(
    nodes.flatMap((node) => namesOf(node).map((name) => [name, node.metadata?.name ?? ''] as const)),
  );
  const users = podsByClaim(pods.filter(isAlive));
  const going = new Set(nodeByName.keys());
  const bound = volumes
    .filter((volume) => isTied(volume, going))
    .flatMap((volume) => volumeLoss(volume, nodeByName, users) ?? []);
  const unclaimed = nvmeNodes
    .filter(({ metadata }) => nodes.some((node) => node.metadata?.name === metadata.name))
    .flatMap(unclaimedLosses);
  return [...bound, ...unclaimed].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

const keyOf = ({ node, metadata }: DataLoss): string => `${node} ${metadata.name}`;

const isAlive = ({ status }: Pod): boolean => status?.phase !== 'Succeeded' && status?.phase !== 'Failed';

function volumeLoss(
  volume: PersistentVolume,
  nodeByName: ReadonlyMap<string, string>,
  users: ReadonlyMap<string, readonly Pod[]>,
): DataLoss | undefined {
  const reason = reasonOf(volume);
  if (reason === undefined) return undefined;
  const node = affinityValues(volume).flatMap((value) => nodeByName.get(value) ?? [])[0] ?? '';
  const { namespace, name } = volume.spec?.claimRef ?? {};
  const claim = namespace && name ? { namespace, name } : undefined;
  const storageClass = volume.spec?.storageClassName;
  return {
    apiVersion: API_VERSION,
    kind: 'DataLoss',
    metadata: { name: volume.metadata?.name ?? '' },
    node,
    ...(claim ? { claim } : {}),
    pods: claim ? podNames(users.get(`${claim.namespace}/${claim.name}`) ?? []) : [],
    capacity: bytesOf(volume.spec?.capacity?.storage),
    ...(storageClass ? { storageClass } : {}),
    reason,
  };
}

/** Why a volume holds data that someone may want; undefined when nobody does. */
function reasonOf({ spec, status }: PersistentVolume): string | undefined {
  if (status?.phase === 'Released' || status?.phase === 'Failed') {
    return spec?.persistentVolumeReclaimPolicy === 'Retain' ? 'kept by its reclaim policy Retain' : undefined;
  }
  return spec?.claimRef?.uid === undefined ? undefined : 'bound to the claim';
}

const podNames = (pods: readonly Pod[]): string[] =>
  pods.map(({ metadata }) => `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`).sort();

/** Data that the agent found without a PersistentVolume: nobody can say whose it is. */
function unclaimedLosses({ metadata, status }: NVMeNode): DataLoss[] {
  return (status?.volumes ?? [])
    .filter(({ state }) => state === 'Unclaimed')
    .map(({ name, capacity }) => ({
      apiVersion: API_VERSION,
      kind: 'DataLoss',
      metadata: { name },
      node: metadata.name ?? '',
      pods: [],
      capacity,
      reason: 'data without a PersistentVolume',
    }));
}
