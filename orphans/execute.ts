import { HOSTNAME_LABEL, NODE_UID } from '../api/keys.ts';
import { absent } from '../kube/absent.ts';
import type { KubeApi, RequestOptions } from '../kube/api.ts';
import { isConflict, isInvalid, isNotFound } from '../kube/errors.ts';
import { pointerSegment } from '../kube/patches.ts';
import {
  nodes,
  nvmeNodes,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  storageClasses,
} from '../kube/resources.ts';
import type { CleanupAction, DeleteAction } from './decide.ts';
import { judge, type Evidence, type Whereabouts } from './judge.ts';
import { classRules, ownVolume, type ClassRules, type OwnVolume } from './volume.ts';

/** What became of a deletion. `changed`: the live objects no longer justify it, so nothing was done. */
export type DeleteOutcome = 'deleted' | 'already-gone' | 'changed';

export type KeepAction = Extract<CleanupAction, { kind: 'keep' }>;

/**
 * Deletes one object, after judging its volume once more on what the API server says now: caches may be old, and a
 * deletion cannot be taken back. UID and, for claims and PVs, resourceVersion go with the request.
 */
export async function executeDelete(
  kube: KubeApi,
  action: DeleteAction,
  options: RequestOptions,
): Promise<DeleteOutcome> {
  if (!(await isStillOrphan(kube, action, options))) return 'changed';
  if (action.kind === 'delete-volume' && (await claimExists(kube, action.volume, options))) return 'changed';
  try {
    await deleteTarget(kube, action, options);
    return 'deleted';
  } catch (error) {
    if (isNotFound(error)) return 'already-gone';
    if (isConflict(error)) return 'changed';
    throw error;
  }
}

/** Writes the Node's new UID on a volume that was found on its drives; false when the PV has changed meanwhile. */
export async function executeKeep(
  kube: KubeApi,
  { volume, nodeUID }: KeepAction,
  options: RequestOptions,
): Promise<boolean> {
  const live = await liveNode(kube, volume, options);
  if (live.node?.metadata?.uid !== nodeUID || judge(volume, live).verdict !== 'found') return false;
  const path = `/metadata/annotations/${pointerSegment(NODE_UID)}`;
  const operations = [
    { op: 'test' as const, path: '/metadata/uid', value: volume.uid },
    { op: 'test' as const, path, value: volume.nodeUID },
    { op: 'replace' as const, path, value: nodeUID },
  ];
  try {
    await kube.patch(persistentVolumes, volume.name, { type: 'json', operations }, options);
    return true;
  } catch (error) {
    if (isNotFound(error) || isConflict(error) || isInvalid(error)) return false;
    throw error;
  }
}

async function isStillOrphan(kube: KubeApi, action: DeleteAction, options: RequestOptions): Promise<boolean> {
  const { volume: seen, evidence } = action;
  // The API server itself refuses to delete a PV that is not the one judged any more, to the last field.
  const isGuarded = action.kind === 'delete-volume' && seen.resourceVersion !== '';
  const object = isGuarded ? seen.object : await absent(kube.get(persistentVolumes, seen.name, options));
  const volume = object && ownVolume(object, await liveRules(kube, seen, options));
  if (volume?.uid !== seen.uid || volume.nodeUID !== seen.nodeUID) return false;
  if (volume.rules?.orphans !== 'Delete' || volume.reclaimPolicy !== 'Delete') return false;
  const at = await liveNode(kube, volume, options);
  const judgement = judge(volume, at);
  if (evidence.kind === 'approved') {
    return judgement.verdict === 'held' && at.node?.metadata?.uid === evidence.nodeUID;
  }
  return judgement.verdict === 'orphan' && sameEvidence(judgement.evidence, evidence);
}

/** What the StorageClass of another provisioner's volume says now: taking the annotation off stops clean-up at once. */
async function liveRules(
  kube: KubeApi,
  { optedInBy }: OwnVolume,
  options: RequestOptions,
): Promise<ClassRules> {
  if (optedInBy === undefined) return new Map();
  const storageClass = await absent(kube.get(storageClasses, optedInBy, options));
  return classRules(storageClass === undefined ? [] : [storageClass]);
}

const sameEvidence = (a: Evidence, b: Evidence): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The Node and its report as they are now; where hostname and name differ, any Node with that hostname too. */
async function liveNode(kube: KubeApi, volume: OwnVolume, options: RequestOptions): Promise<Whereabouts> {
  const { nodeName, hostname } = volume;
  const node = await absent(kube.get(nodes, nodeName, options));
  const nvmeNode = node === undefined ? undefined : await absent(kube.get(nvmeNodes, nodeName, options));
  if (node !== undefined || hostname === nodeName) return { node, nvmeNode };
  const labelSelector = `${HOSTNAME_LABEL}=${hostname}`;
  const { items } = await kube.list(nodes, { ...options, labelSelector, limit: 1 });
  return { node, nvmeNode, namesake: items[0]?.metadata?.name };
}

/** A PV whose claim lives is never deleted: that would leave the claim Lost and its pod without a word. */
async function claimExists(kube: KubeApi, { claim }: OwnVolume, options: RequestOptions): Promise<boolean> {
  if (claim?.uid === undefined) return false;
  const { namespace, name, uid } = claim;
  const found = await absent(kube.get(persistentVolumeClaims, name, { ...options, namespace }));
  return found?.metadata?.uid === uid;
}

async function deleteTarget(kube: KubeApi, action: DeleteAction, options: RequestOptions): Promise<void> {
  switch (action.kind) {
    case 'delete-claim': {
      const { name = '', namespace = '', uid = '', resourceVersion = '' } = action.claim.metadata ?? {};
      await kube.delete(persistentVolumeClaims, name, { ...options, namespace, uid, resourceVersion });
      return;
    }
    case 'delete-pod': {
      const { name = '', namespace = '', uid = '', resourceVersion = '' } = action.pod.metadata ?? {};
      // A pod on a living kubelet was judged by its phase, which changes; a dead machine's pod is dead in any phase.
      const how = action.force ? { gracePeriodSeconds: 0 } : { resourceVersion };
      await kube.delete(pods, name, { ...options, ...how, namespace, uid });
      return;
    }
    case 'delete-volume': {
      const { name, uid, resourceVersion } = action.volume;
      await kube.delete(persistentVolumes, name, { ...options, uid, resourceVersion });
    }
  }
}
