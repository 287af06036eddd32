import { CLEANUP, DRIVE_COUNT, NODE_UID, VOLUME_IDENTITY } from '../../api/keys.ts';
import type { Drive } from '../../api/drive.ts';
import type { NVMeNode, NVMeNodeStatus } from '../../api/node.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../../kube/resources.ts';
import { claim, node, nvmeNode, persistentVolume, pod } from './objects.ts';

/** What tests of clean-up vary about a published volume. */
export interface PublishedVolume {
  name?: string;
  uid?: string;
  nodeName?: string;
  nodeUID?: string;
  identity?: string;
  driveCount?: number;
  orphans?: string;
  grace?: string;
  reclaimPolicy?: string;
  /** UID of the claim `default/data-0` that it is bound to. */
  claimUID?: string;
  claimName?: string;
  annotations?: Record<string, string>;
}

/** A PV as the agent publishes it on node `n1` of UID `node-1`: rules Delete after five minutes, one drive. */
export function publishedVolume(volume: PublishedVolume = {}): PersistentVolume {
  const { name = 'pv-1', nodeName = 'n1', orphans = 'Delete', grace = '5m', claimUID } = volume;
  const base = persistentVolume({}, nodeName);
  return {
    ...base,
    metadata: {
      ...base.metadata,
      name,
      uid: volume.uid ?? `uid-${name}`,
      resourceVersion: '10',
      annotations: {
        ...base.metadata?.annotations,
        [NODE_UID]: volume.nodeUID ?? 'node-1',
        [VOLUME_IDENTITY]: volume.identity ?? `identity-${name}`,
        [DRIVE_COUNT]: String(volume.driveCount ?? 1),
        [CLEANUP]: JSON.stringify({ orphans, boundGracePeriod: grace, protect: 'None' }),
        ...volume.annotations,
      },
    },
    spec: {
      ...base.spec,
      persistentVolumeReclaimPolicy: volume.reclaimPolicy ?? 'Delete',
      ...(claimUID === undefined
        ? {}
        : { claimRef: { namespace: 'default', name: volume.claimName ?? 'data-0', uid: claimUID } }),
    },
    status: { phase: claimUID === undefined ? 'Available' : 'Bound' },
  };
}

/** The same as it is sent to an API server, which gives UID, version and phase itself. */
export function newVolume(volume: PublishedVolume, storageClassName: string): PersistentVolume {
  const { metadata, spec } = publishedVolume(volume);
  const { uid: _uid, resourceVersion: _version, ...sent } = metadata ?? {};
  return {
    ...{ apiVersion: 'v1', kind: 'PersistentVolume' },
    metadata: sent,
    spec: { ...spec, storageClassName },
  };
}

/** The claim `default/data-0` of UID `claim-1`, bound to `pv-1`. */
export function boundClaim(volumeName = 'pv-1', uid = 'claim-1', name = 'data-0'): PersistentVolumeClaim {
  const base = claim({ metadata: { name, namespace: 'default', uid, resourceVersion: '20' } });
  return { ...base, spec: { ...base.spec, volumeName }, status: { phase: 'Bound' } };
}

/** A pod of a StatefulSet on `n1` that uses `data-0`, a day old. */
export function statefulPod(
  overrides: { name?: string; createdAt?: string; phase?: string; nodeName?: string } = {},
): Pod {
  const base = pod({
    metadata: {
      name: overrides.name ?? 'db-0',
      namespace: 'default',
      uid: `uid-${overrides.name ?? 'db-0'}`,
      resourceVersion: '30',
      creationTimestamp: overrides.createdAt ?? '2025-12-31T00:00:00Z',
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', uid: 'db', controller: true },
      ],
    },
    status: { phase: overrides.phase ?? 'Running' },
  });
  if (overrides.nodeName === undefined) return base;
  return { ...base, spec: { containers: [], ...base.spec, nodeName: overrides.nodeName } };
}

/** Node `n1` with a UID, registered at the turn of the year. */
export const registeredNode = (uid = 'node-1', name = 'n1'): Node =>
  node({
    metadata: {
      name,
      uid,
      labels: { 'kubernetes.io/hostname': name },
      creationTimestamp: '2026-01-01T00:00:00Z',
    },
  });

export const localDrive = (overrides: Partial<Drive> = {}): Drive => ({
  path: '/dev/nvme1n1',
  size: 2 ** 31,
  role: 'Local',
  state: 'Free',
  ...overrides,
});

/** The complete report of the agent of node `n1` in boot `boot-1`: one local drive, no volume. */
export function reported(uid: string, status: Partial<NVMeNodeStatus> = {}): NVMeNode {
  return nvmeNode({
    metadata: {
      name: 'n1',
      uid: 'nvmenode-1',
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n1', uid }],
    },
    status: {
      nodeUID: uid,
      bootID: 'boot-1',
      drives: [localDrive()],
      volumes: [],
      conditions: [
        {
          type: 'Discovered',
          status: 'True',
          reason: 'AsExpected',
          message: '',
          lastTransitionTime: '2026-01-01T00:00:00Z',
        },
      ],
      ...status,
    },
  });
}
