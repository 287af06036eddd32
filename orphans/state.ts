import { HOSTNAME_LABEL } from '../api/keys.ts';
import type { NVMeNode } from '../api/node.ts';
import type { NVMeProfile } from '../api/profile.ts';
import { podsByClaim } from '../kube/claims-of-pod.ts';
import type { Node, PersistentVolumeClaim, Pod, StorageClass } from '../kube/resources.ts';
import { keyOf } from '../kube/store.ts';
import type { Whereabouts } from './judge.ts';
import { classRules, ownVolume, type OwnVolume } from './volume.ts';

/** Everything that clean-up decides from, at one moment. */
export interface ClusterState {
  nodes: ReadonlyMap<string, Node>;
  nvmeNodes: ReadonlyMap<string, NVMeNode>;
  profiles: readonly NVMeProfile[];
  volumes: readonly OwnVolume[];
  /** By `namespace/name`. */
  claims: ReadonlyMap<string, PersistentVolumeClaim>;
  /** Pods by the `namespace/name` of each claim that they use. */
  podsByClaim: ReadonlyMap<string, readonly Pod[]>;
  /** Names of the Nodes by their hostname label. */
  nodesByHostname: ReadonlyMap<string, readonly string[]>;
}

/** Indexes plain lists of objects. */
export function clusterState(objects: {
  nodes: readonly Node[];
  nvmeNodes: readonly NVMeNode[];
  profiles: readonly NVMeProfile[];
  volumes: readonly OwnVolume['object'][];
  claims: readonly PersistentVolumeClaim[];
  pods: readonly Pod[];
  /** Those that opted volumes of other provisioners in count; absent when nobody looked. */
  storageClasses?: readonly StorageClass[];
}): ClusterState {
  const classes = classRules(objects.storageClasses ?? []);
  return {
    nodes: byKey(objects.nodes),
    nvmeNodes: byKey(objects.nvmeNodes),
    profiles: objects.profiles,
    volumes: objects.volumes.flatMap((object) => ownVolume(object, classes) ?? []),
    claims: byKey(objects.claims),
    podsByClaim: podsByClaim(objects.pods),
    nodesByHostname: group(objects.nodes, ({ metadata }) => metadata?.labels?.[HOSTNAME_LABEL])
      .map(([hostname, nodes]): [string, string[]] => [hostname, nodes.map(keyOf)])
      .reduce((map, [hostname, names]) => map.set(hostname, names), new Map<string, string[]>()),
  };
}

/** Where a volume's node is, by the caches. */
export function whereabouts(state: ClusterState, { nodeName, hostname }: OwnVolume): Whereabouts {
  const namesakes = state.nodesByHostname.get(hostname) ?? [];
  return {
    node: state.nodes.get(nodeName),
    nvmeNode: state.nvmeNodes.get(nodeName),
    namesake: namesakes.find((name) => name !== nodeName),
  };
}

const byKey = <T>(objects: readonly T[]): Map<string, T> =>
  new Map(objects.map((object) => [keyOf(object), object]));

function group<T>(objects: readonly T[], key: (object: T) => string | undefined): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const object of objects) {
    const of = key(object);
    if (of !== undefined) groups.set(of, [...(groups.get(of) ?? []), object]);
  }
  return [...groups];
}
