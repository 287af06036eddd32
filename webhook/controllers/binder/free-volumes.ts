import { bytesOf } from '../../../api/quantity.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim } from '../../../kube/resources.ts';
import { ownVolume, type OwnVolume } from '../../../orphans/volume.ts';
import { selectorMatches } from '../../../api/selector.ts';
import type { LabelSelector } from '../../../api/meta.ts';

/** Volumes of ours that nobody has, of nodes that are there, smallest first. */
export function freeVolumes(
  volumes: Iterable<PersistentVolume>,
  nodes: ReadonlyMap<string, Node>,
): OwnVolume[] {
  return [...volumes]
    .flatMap((object) => ownVolume(object) ?? [])
    .filter((volume) => isFree(volume) && nodes.get(volume.nodeName)?.metadata?.uid === volume.nodeUID)
    .sort((a, b) => sizeOf(a) - sizeOf(b) || (a.name < b.name ? -1 : 1));
}

const isFree = ({ object, deleting, lostInBoot }: OwnVolume): boolean =>
  object.status?.phase === 'Available' &&
  object.spec?.claimRef === undefined &&
  !deleting &&
  lostInBoot === undefined;

const sizeOf = ({ object }: OwnVolume): number => bytesOf(object.spec?.capacity?.storage) ?? 0;

/** Whether a volume has what a claim asks for, as pv/pvc matching in Kubernetes has it (pkg/volume/util, FindMatchingVolume). */
export function fits({ spec: claim = {} }: PersistentVolumeClaim, volume: OwnVolume): boolean {
  const { spec = {}, metadata } = volume.object;
  const modes = spec.accessModes ?? [];
  return (
    spec.storageClassName === claim.storageClassName &&
    (spec.volumeMode ?? 'Filesystem') === (claim.volumeMode ?? 'Filesystem') &&
    (claim.accessModes ?? []).every((mode) => modes.includes(mode)) &&
    sizeOf(volume) >= (bytesOf(claim.resources?.requests?.storage) ?? Infinity) &&
    selectorMatches((claim.selector ?? {}) as LabelSelector, metadata?.labels ?? {})
  );
}
