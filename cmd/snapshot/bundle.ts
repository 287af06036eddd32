import { GROUP } from '../../api/group.ts';
import type { Snapshot } from '../../api/snapshot.ts';
import { claimsOfPod } from '../../kube/claims-of-pod.ts';
import type { KubeObject } from '../../kube/api.ts';
import type { CoreEvent, Node, PersistentVolumeClaim, Pod } from '../../kube/resources.ts';
import type { NodeFiles } from './collect.ts';
import { withoutSecrets } from './redact.ts';

/**
 * A support bundle: the snapshot that the node's agent reported, so that `nvme-agent plan --snapshot` replays it, and
 * beside it what the cluster knows of the node.
 */
export type Bundle = Partial<Snapshot> & { bundle: object };

/** Makes the bundle. Only named fields get in: nothing that a later Kubernetes adds can leak through it. */
export function bundleOf(files: NodeFiles, about: { at: string; plugin: string }): Bundle {
  const { inventory, ...status } = files.nvmeNode?.status ?? {};
  const { metadata, spec } = files.nvmeNode ?? {};
  return {
    ...inventory,
    bundle: {
      ...about,
      server: JSON.parse(files.serverVersion) as unknown,
      node: nodeOf(files.node),
      ...(files.nvmeNode ? { nvmeNode: { metadata: metadataOf({ metadata }), spec, status } } : {}),
      profiles: files.profiles.map((profile) => ({ metadata: metadataOf(profile), spec: profile.spec })),
      persistentVolumes: files.volumes.map((volume) => ({
        metadata: metadataOf(volume),
        spec: volume.spec,
        status: volume.status,
      })),
      persistentVolumeClaims: files.claims.map(claimOf),
      pods: files.pods.map(podOf),
      events: files.events.map(eventOf),
      agentLog: withoutSecrets(files.agentLog)
        .split('\n')
        .filter((line) => line !== ''),
      notes: files.notes,
    },
  };
}

/** Annotations may hold anything; ours and Kubernetes' own on volumes are known. */
const KNOWN_ANNOTATIONS = [`${GROUP}/`, 'pv.kubernetes.io/', 'volume.kubernetes.io/'];

function metadataOf({ metadata }: { metadata?: KubeObject['metadata'] | undefined }) {
  const { name, namespace, uid, resourceVersion, labels, creationTimestamp, deletionTimestamp } =
    metadata ?? {};
  const annotations = Object.entries(metadata?.annotations ?? {}).filter(([key]) =>
    KNOWN_ANNOTATIONS.some((prefix) => key.startsWith(prefix)),
  );
  return {
    name,
    namespace,
    uid,
    resourceVersion,
    labels,
    annotations: Object.fromEntries(annotations),
    creationTimestamp,
    deletionTimestamp,
  };
}

function nodeOf({ metadata, spec, status }: Node) {
  const { providerID, taints, unschedulable } = spec ?? {};
  return {
    metadata: metadataOf({ metadata }),
    spec: { providerID, taints, unschedulable },
    status: { conditions: status?.conditions, nodeInfo: status?.nodeInfo, capacity: status?.capacity },
  };
}

function claimOf({ metadata, spec, status }: PersistentVolumeClaim) {
  const { storageClassName, volumeName, volumeMode, accessModes, resources } = spec ?? {};
  return {
    metadata: metadataOf({ metadata }),
    spec: { storageClassName, volumeName, volumeMode, accessModes, resources },
    status: { phase: status?.phase },
  };
}

/** Without containers: their environment and arguments are where secrets stand. */
function podOf({ metadata, spec, status }: Pod) {
  const owners = (metadata?.ownerReferences ?? []).map(({ kind, name }) => ({ kind, name }));
  return {
    metadata: { namespace: metadata?.namespace, name: metadata?.name, uid: metadata?.uid, owners },
    nodeName: spec?.nodeName,
    claims: claimsOfPod({ ...(metadata ? { metadata } : {}), ...(spec ? { spec } : {}) }),
    phase: status?.phase,
  };
}

function eventOf(event: CoreEvent) {
  const { involvedObject, reason, message, type, count, firstTimestamp, lastTimestamp, source } = event;
  return {
    involvedObject,
    reason,
    message: withoutSecrets(message),
    type,
    count,
    firstTimestamp,
    lastTimestamp,
    source,
  };
}
