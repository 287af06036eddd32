import { parseDuration } from '../api/duration.ts';
import {
  CLEANUP,
  DRIVE_COUNT,
  HOSTNAME_LABEL,
  LOST,
  NODE_LABEL,
  NODE_UID,
  PROVISIONED_BY,
  PROVISIONER,
  VOLUME_IDENTITY,
} from '../api/keys.ts';
import type { PersistentVolume, StorageClass } from '../kube/resources.ts';

/** How a volume's node going away is dealt with, as written on the PV when it was published. */
export interface OrphanRules {
  orphans: 'Delete' | 'Report' | 'Ignore';
  graceMs: number;
}

/** The claim that a PV names; the UID is absent while a person only reserved the PV by name. */
export interface ClaimReference {
  namespace: string;
  name: string;
  uid?: string;
}

/** A local PV of ours, or one whose StorageClass opted in, with all that clean-up reads of it. */
export interface OwnVolume {
  name: string;
  uid: string;
  resourceVersion: string;
  /** Name of the node that carries it, and the hostname label that it selects on: the same but on odd clusters. */
  nodeName: string;
  hostname: string;
  /** UID of the Node when it was published, or found again. */
  nodeUID?: string;
  identity?: string;
  /** Drives that the node had then. */
  driveCount?: number;
  /** Boot in which the agent proved it lost. */
  lostInBoot?: string;
  claim?: ClaimReference;
  /** Undefined when there are none that can be read: then it may only be reported. */
  rules?: OrphanRules;
  reclaimPolicy: string;
  /** The StorageClass whose rules these are, for a volume that another provisioner made. */
  optedInBy?: string;
  deleting: boolean;
  object: PersistentVolume;
}

/** Rules of StorageClasses by their names, as the annotation has them. */
export type ClassRules = ReadonlyMap<string, string>;

/** The rules of every StorageClass that opted its local volumes of other provisioners in. */
export function classRules(storageClasses: Iterable<StorageClass>): ClassRules {
  return new Map(
    [...storageClasses].flatMap(({ metadata }) => {
      const rules = metadata?.annotations?.[CLEANUP];
      return rules === undefined ? [] : [[metadata?.name ?? '', rules] as const];
    }),
  );
}

/**
 * Reads a PV of ours, or one of the static provisioner whose class opted in; undefined for every other PV, and for one
 * whose node cannot be told with certainty.
 */
export function ownVolume(object: PersistentVolume, classes: ClassRules = new Map()): OwnVolume | undefined {
  const { name, uid, resourceVersion = '', labels = {}, deletionTimestamp } = object.metadata ?? {};
  const origin = originOf(object, classes);
  const hostname = onlyHostname(object);
  if (origin === undefined || object.spec?.local === undefined) return undefined;
  if (name === undefined || uid === undefined || hostname === undefined) return undefined;
  return {
    ...{ name, uid, resourceVersion, hostname, object },
    nodeName: labels[NODE_LABEL] ?? hostname,
    reclaimPolicy: object.spec.persistentVolumeReclaimPolicy ?? 'Retain',
    deleting: deletionTimestamp !== undefined,
    ...present({ ...origin, claim: claimOf(object) }),
  };
}

type OriginField = 'nodeUID' | 'identity' | 'driveCount' | 'lostInBoot' | 'rules' | 'optedInBy';
type Origin = { [K in OriginField]?: OwnVolume[K] | undefined };

/**
 * `local-volume-provisioner-NODE-UID`: what the sig-storage static provisioner signs with, which the formatters of Altinity
 * and Azure run. With its option useNodeNameOnly there is no UID in it.
 */
const STATIC_PROVISIONER =
  /^local-volume-provisioner-.+?(?:-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?$/;

function originOf({ metadata, spec }: PersistentVolume, classes: ClassRules): Origin | undefined {
  const { annotations = {} } = metadata ?? {};
  if (annotations[PROVISIONED_BY] === PROVISIONER) {
    return {
      nodeUID: annotations[NODE_UID],
      identity: annotations[VOLUME_IDENTITY],
      driveCount: countOf(annotations[DRIVE_COUNT]),
      lostInBoot: annotations[LOST],
      rules: rulesOf(annotations[CLEANUP]),
    };
  }
  const signed = STATIC_PROVISIONER.exec(annotations[PROVISIONED_BY] ?? '');
  const optedInBy = spec?.storageClassName ?? '';
  const rules = classes.get(optedInBy);
  if (signed === null || rules === undefined) return undefined;
  return { nodeUID: oneNodeUID(signed[1], metadata), rules: rulesOf(rules), optedInBy };
}

/**
 * UID of the Node that a volume of the static provisioner belongs to, by its signature or its owner (setPVOwnerRef, which
 * the formatters' manifests set beside useNodeNameOnly). Undefined when there is none or when they differ: then the volume
 * is only reported.
 */
function oneNodeUID(signed: string | undefined, metadata: PersistentVolume['metadata']): string | undefined {
  const owners = (metadata?.ownerReferences ?? []).filter(
    ({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Node',
  );
  const [uid, ...others] = new Set([signed ?? [], owners.map((owner) => owner.uid)].flat());
  return others.length === 0 ? uid : undefined;
}

/** The one hostname that a local PV selects; undefined for anything else than exactly one term `hostname In [x]`. */
function onlyHostname({ spec }: PersistentVolume): string | undefined {
  const [term, ...more] = spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  const [expression, ...others] = term?.matchExpressions ?? [];
  if (more.length > 0 || others.length > 0 || (term?.matchFields ?? []).length > 0) return undefined;
  if (expression?.key !== HOSTNAME_LABEL || expression.operator !== 'In') return undefined;
  return expression.values?.length === 1 ? expression.values[0] : undefined;
}

function claimOf({ spec }: PersistentVolume): ClaimReference | undefined {
  const { namespace, name, uid } = spec?.claimRef ?? {};
  if (namespace === undefined || name === undefined) return undefined;
  return { namespace, name, ...present({ uid }) };
}

/** Rules that were edited into something else are as good as none: a person decides then. */
function rulesOf(text: string | undefined): OrphanRules | undefined {
  try {
    const { orphans, boundGracePeriod } = JSON.parse(text ?? 'null') as Record<string, unknown>;
    if (orphans !== 'Delete' && orphans !== 'Report' && orphans !== 'Ignore') return undefined;
    if (typeof boundGracePeriod !== 'string') return undefined;
    return { orphans, graceMs: parseDuration(boundGracePeriod) };
  } catch {
    return undefined;
  }
}

const countOf = (text: string | undefined): number | undefined =>
  /^[1-9]\d*$/.test(text ?? '') ? Number(text) : undefined;

function present<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
