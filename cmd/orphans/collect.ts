import { CLEANUP_CONFIG_MAP, WEBHOOK_NAMESPACE } from '../../api/keys.ts';
import type { KubeApi } from '../../kube/api.ts';
import { isForbidden } from '../../kube/errors.ts';
import {
  configMaps,
  nodes,
  nvmeNodes,
  nvmeProfiles,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  storageClasses,
  type ConfigMap,
} from '../../kube/resources.ts';
import type { Memory } from '../../orphans/decide.ts';
import { readApproved, readRecord, stoppedReason } from '../../orphans/record.ts';
import { clusterState, type ClusterState } from '../../orphans/state.ts';
import { absent } from '../../kube/absent.ts';
import { allOf } from '../read/all-of.ts';
import { installed } from '../read/installed.ts';

/** What orphans are judged from, as the API server has it now. */
export interface OrphanView {
  state: ClusterState;
  memory: Memory;
  /** What nvme-webhook remembers; absent when it never ran, or may not be read. */
  record?: ConfigMap;
  notes: string[];
}

/** Reads everything at once; a missing permission rejects, because half a picture makes orphans of what is not. */
export async function collectOrphans(kube: KubeApi): Promise<OrphanView> {
  const notes: string[] = [];
  const reports = await installed(kube.listAll(nvmeNodes), nvmeNodes);
  const [profiles, volumes, claims, users, classes, record] = await allOf([
    kube.listAll(nvmeProfiles),
    kube.listAll(persistentVolumes),
    kube.listAll(persistentVolumeClaims),
    kube.listAll(pods),
    kube.listAll(storageClasses),
    readRecordMap(kube, (why) => notes.push(`What nvme-webhook remembers is not known: ${why}`)),
  ]);
  // Nodes last: one that registers while we read is seen, and its volumes are no orphans.
  const found = await kube.listAll(nodes);
  const state = clusterState({
    nodes: found.items,
    nvmeNodes: reports.items,
    profiles: profiles.items,
    volumes: volumes.items,
    claims: claims.items,
    pods: users.items,
    storageClasses: classes.items,
  });
  return { state, memory: memoryOf(record), notes, ...(record ? { record } : {}) };
}

/** Sightings are only in the leader's memory: here each begins now, so that nothing is due earlier than there. */
export function memoryOf(map: ConfigMap | undefined): Memory {
  const { missed = {}, latch } = readRecord(map) ?? {};
  return {
    sightings: new Map(),
    missedSince: new Map(Object.entries(missed).map(([uid, { at }]) => [uid, at])),
    approved: readApproved(map),
    ...(latch ? { stopped: stoppedReason(latch) } : {}),
  };
}

/** The ConfigMap where manifests/base has it, else wherever nvme-webhook was installed. */
async function readRecordMap(kube: KubeApi, note: (why: string) => unknown): Promise<ConfigMap | undefined> {
  try {
    const usual = await absent(kube.get(configMaps, CLEANUP_CONFIG_MAP, { namespace: WEBHOOK_NAMESPACE }));
    if (usual !== undefined) return usual;
    const fieldSelector = `metadata.name=${CLEANUP_CONFIG_MAP}`;
    return (await kube.listAll(configMaps, { fieldSelector })).items[0];
  } catch (error) {
    if (!isForbidden(error)) throw error;
    note((error as Error).message);
    return undefined;
  }
}
