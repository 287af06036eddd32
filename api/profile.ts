import type { Layout } from './layout.ts';
import type { LabelSelector, ObjectMeta, Taint } from './meta.ts';

export const PROVIDERS = ['auto', 'aws', 'gcp', 'azure', 'generic'] as const;
export type Provider = (typeof PROVIDERS)[number];

/** What the agent may do with drives that are not raw. Refuse leaves them; see docs/safety.md for the others. */
export const EXISTING_DATA = ['Refuse', 'Adopt', 'Wipe'] as const;
export type ExistingData = (typeof EXISTING_DATA)[number];

/** Which of the provider's local drives are wanted. Patterns are globs on the model, the path or a by-id name. */
export interface DriveSelection {
  include: string[];
  exclude: string[];
  /** Kubernetes quantity; smaller drives are left alone with that as the reason. */
  minSize: string;
  /** Fewer usable drives than this keep the taint on the node. */
  minCount: number;
}

/** How PersistentVolumes are published and recycled. */
export interface VolumePolicy {
  storageClassName: string;
  reclaimPolicy: 'Delete' | 'Retain';
  clean: 'Delete' | 'Reformat' | 'Discard' | 'Zero';
}

/** What happens to volumes of nodes that are gone. */
export interface CleanupPolicy {
  orphans: 'Delete' | 'Report' | 'Ignore';
  /** Go-style duration (`5m`, `1h30m`); how long a Bound claim outlives its node. */
  boundGracePeriod: string;
  protect: 'None' | 'Bound';
}

/** What nodes of a kind should look like; every field set, as after defaulting. */
export interface NVMeProfileSpec {
  nodeSelector: LabelSelector;
  /** The highest matching profile wins; equal priorities are ordered by name. */
  priority: number;
  setup: 'Automatic' | 'Manual';
  provider: Provider;
  drives: DriveSelection;
  existingData: ExistingData;
  layout: Layout;
  volumes: VolumePolicy;
  /** Whether nodes older than the profile are tainted too. */
  taintExisting: boolean;
  taints: Taint[];
  cleanup: CleanupPolicy;
}

/** Cluster-scoped; as a person writes it, so any field of the spec may be missing. */
export interface NVMeProfile {
  apiVersion: string;
  kind: 'NVMeProfile';
  metadata: ObjectMeta;
  spec?: NVMeProfileSpecInput;
}

/** A profile spec before defaulting. */
export type NVMeProfileSpecInput = PartialDeep<NVMeProfileSpec>;

/** Every property optional at every depth; arrays and string maps are whole or absent. */
export type PartialDeep<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? string extends keyof T
      ? T
      : { [K in keyof T]?: PartialDeep<T[K]> }
    : T;
