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
import type { PersistentVolume } from '../kube/resources.ts';

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

/** A local PV of ours, with all that clean-up reads of it. */
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
  deleting: boolean;
  object: PersistentVolume;
}

/** Reads a PV of ours; undefined for every other PV, and for one whose node cannot be told with certainty. */
export function ownVolume(object: PersistentVolume): OwnVolume | undefined {
  const {
    name,
    uid,
    resourceVersion,
    annotations = {},
    labels = {},
    deletionTimestamp,
  } = object.metadata ?? {};
  if (annotations[PROVISIONED_BY] !== PROVISIONER || object.spec?.local === undefined) return undefined;
  const hostname = onlyHostname(object);
  if (name === undefined || uid === undefined || hostname === undefined) return undefined;
  return {
    name,
    uid,
    resourceVersion: resourceVersion ?? '',
    nodeName: labels[NODE_LABEL] ?? hostname,
    hostname,
    reclaimPolicy: object.spec.persistentVolumeReclaimPolicy ?? 'Retain',
    deleting: deletionTimestamp !== undefined,
    object,
    ...present({
      nodeUID: annotations[NODE_UID],
      identity: annotations[VOLUME_IDENTITY],
      driveCount: countOf(annotations[DRIVE_COUNT]),
      lostInBoot: annotations[LOST],
      claim: claimOf(object),
      rules: rulesOf(annotations[CLEANUP]),
    }),
  };
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
