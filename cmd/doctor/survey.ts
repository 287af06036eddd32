import type { NVMeNode } from '../../api/node.ts';
import type { NVMeProfile } from '../../api/profile.ts';
import type {
  ConfigMap,
  CSIDriver,
  DaemonSet,
  Deployment,
  EndpointSlice,
  MutatingWebhookConfiguration,
  Node,
  PersistentVolume,
  StorageClass,
} from '../../kube/resources.ts';
import type { InstallationRecord } from '../install/record.ts';
import type { Birth } from './birth.ts';
import type { NodePool } from './node-pool.ts';
import type { Permission } from './permissions.ts';

/** Something that was read, or why it could not be. */
export type Read<T> = { value: T } | { unread: string };

/** Everything that the checks look at, read once. */
export interface Survey {
  /** Milliseconds since the epoch. */
  now: number;
  /** Of this program, without the `v`. */
  pluginVersion: string;
  /** `v1.36.0`. */
  serverVersion: Read<string>;
  record: Read<InstallationRecord | undefined>;
  /** Whether the API server serves our kinds. */
  served: Read<boolean>;
  permissions: Read<Permission[]>;
  nodes: Read<Node[]>;
  nvmeNodes: Read<NVMeNode[]>;
  profiles: Read<NVMeProfile[]>;
  /** PersistentVolumes of ours. */
  volumes: Read<PersistentVolume[]>;
  storageClasses: Read<StorageClass[]>;
  csiDriver: Read<CSIDriver | undefined>;
  webhook: Read<Deployment | undefined>;
  agent: Read<DaemonSet | undefined>;
  /** Why pods of each program do not run. */
  webhookTrouble: Read<string[]>;
  agentTrouble: Read<string[]>;
  registration: Read<MutatingWebhookConfiguration | undefined>;
  endpoints: Read<EndpointSlice[]>;
  /** What would become of a new node of the first profile. */
  birth: Read<Birth | undefined>;
  /** Of all namespaces: autoscalers are found by their images. */
  deployments: Read<Deployment[]>;
  /** Karpenter's; empty where there is none. */
  nodePools: Read<NodePool[]>;
  cleanup: Read<ConfigMap | undefined>;
}

/** A check needs what could not be read. */
export class Unread extends Error {
  override readonly name = 'Unread';
}

/** The value, if it was read. */
export function known<T>(read: Read<T>): T {
  if ('value' in read) return read.value;
  throw new Unread(read.unread);
}
