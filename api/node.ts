import type { Drive } from './drive.ts';
import type { Layout } from './layout.ts';
import type { Condition, ObjectMeta } from './meta.ts';
import type { Plan } from './plan.ts';
import type { NVMeProfileSpecInput } from './profile.ts';
import type { Snapshot } from './snapshot.ts';
import type { ReportSummary } from './summary.ts';

/** A one-time order to the agent; carried out once per `id`. */
export interface NodeRequest {
  id: string;
  type: 'setup' | 'reset';
  /** When set, the agent acts only while its own plan has this ID. */
  planID?: string;
}

export interface NVMeNodeSpec {
  /** Name of the NVMeProfile that rules this node. */
  profile?: string;
  /** Laid over the profile's spec, or over the defaults when there is no profile. */
  overrides?: Pick<NVMeProfileSpecInput, 'layout' | 'drives' | 'existingData' | 'provider' | 'volumes'>;
  request?: NodeRequest;
}

export const VOLUME_STATES = [
  'Publishing',
  'Available',
  'Bound',
  'Released',
  'Cleaning',
  'Unclaimed',
  'Lost',
  'Failed',
] as const;
export type VolumeState = (typeof VOLUME_STATES)[number];

/** One volume that the node's drives carry. */
export interface VolumeStatus {
  /** Name of the PersistentVolume. */
  name: string;
  state: VolumeState;
  /** Path in the PV: the data directory, or the device for volumeMode Block. */
  path: string;
  /** Bytes, as published. */
  capacity: number;
  /** Filesystem UUID, LV UUID or drive identity: what makes it the same volume after a reboot. */
  identity: string;
  claim?: { namespace: string; name: string };
  reason?: string;
}

/** What a request is doing now; `step` counts from 1. */
export interface Progress {
  step: number;
  of: number;
  name: string;
  /** The request that is being carried out; absent for what the agent does by itself. */
  requestID?: string;
}

/** Hugepages of one size on one NUMA node, counted in pages. */
export interface HugepagesStatus {
  numaNode: number;
  /** `2Mi` or `1Gi`. */
  size: string;
  total: number;
  /** What a new pod would get; absent while the agent may not list pods. */
  free?: number;
}

/** Written only by the node's own agent. */
export interface NVMeNodeStatus {
  nodeUID?: string;
  bootID?: string;
  observedGeneration?: number;
  observedRequestID?: string;
  provider?: string;
  drives?: Drive[];
  layout?: Layout;
  inventory?: Snapshot;
  plan?: Plan;
  resetPlan?: Plan;
  volumes?: VolumeStatus[];
  hugepages?: HugepagesStatus[];
  progress?: Progress;
  conditions?: Condition[];
  agentVersion?: string;
  /** Absent in the reports of older agents. */
  summary?: ReportSummary;
}

/** Cluster-scoped, named as its Node and owned by it (UID), so that it goes when the Node goes. */
export interface NVMeNode {
  apiVersion: string;
  kind: 'NVMeNode';
  metadata: ObjectMeta;
  spec?: NVMeNodeSpec;
  status?: NVMeNodeStatus;
}
