import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../../kube/clock.ts';
import { GROUP } from '../../api/group.ts';
import type { KubeObject, ResourceType } from '../../kube/api.ts';
import type { Change } from './kube-watch.ts';

type AnyType = ResourceType<unknown>;
type Stored = KubeObject & {
  metadata: NonNullable<KubeObject['metadata']> & {
    name: string;
    generation?: number;
    finalizers?: string[];
    deletionGracePeriodSeconds?: number;
  };
  spec?: unknown;
  status?: unknown;
};

/** `group/plural`: the key of a kind. */
export const kindKey = (type: AnyType): string => `${type.group}/${type.plural}`;

const objectKey = (name: string, namespace?: string): string => (namespace ? `${namespace}/${name}` : name);

/** Whether the kind's `status` is written apart from the rest. */
const hasStatusSubresource = (type: AnyType): boolean =>
  type.group === GROUP ||
  type.group === 'apps' ||
  ['nodes', 'pods', 'persistentvolumes', 'persistentvolumeclaims', 'namespaces'].includes(type.plural);

/** The objects of a pretended cluster with the API server's bookkeeping: versions, UIDs, generations, finalizers. */
export class KubeStore {
  readonly #kinds = new Map<string, Map<string, Stored>>();
  readonly #clock: Clock;
  readonly #onChange: (type: AnyType, change: Change) => void;
  #version = 1000;
  #uids = 0;

  constructor(clock: Clock, onChange: (type: AnyType, change: Change) => void) {
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** resourceVersion of the last write. */
  get version(): number {
    return this.#version;
  }

  find(type: AnyType, name: string, namespace?: string): Stored | undefined {
    return this.#kind(type).get(objectKey(name, namespace));
  }

  /** Sorted by key, as etcd answers. */
  all(type: AnyType): Stored[] {
    const entries = [...this.#kind(type)];
    return entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  /** Fills in what the API server would; `given` UID and creation time are kept so that tests can choose them. */
  complete(type: AnyType, given: KubeObject, namespace?: string): Stored {
    const object = JSON.parse(JSON.stringify(given)) as KubeObject;
    this.#uids += 1;
    const suffix = this.#uids.toString(36).padStart(5, 'x');
    const apiVersion = type.group === '' ? type.version : `${type.group}/${type.version}`;
    const metadata: Partial<Stored['metadata']> & { generateName?: string } = { ...object.metadata };
    delete metadata.resourceVersion;
    return {
      ...object,
      apiVersion,
      kind: type.kind,
      metadata: {
        uid: `00000000-0000-4000-8000-${String(this.#uids).padStart(12, '0')}`,
        creationTimestamp: this.timestamp(),
        ...(type.group === GROUP || type.group === 'apps' ? { generation: 1 } : {}),
        ...metadata,
        name: metadata.name ?? `${metadata.generateName ?? ''}${suffix}`,
        ...(type.namespaced && namespace ? { namespace } : {}),
      },
    };
  }

  insert(type: AnyType, object: Stored): Stored {
    return this.#put(type, object, 'ADDED');
  }

  /** Stores `next` in place of `current`; a write that changes nothing leaves the version alone. */
  update(type: AnyType, current: Stored, next: Stored): Stored {
    if (isDeepStrictEqual(current, next)) return current;
    if (next.metadata.deletionTimestamp !== undefined && !next.metadata.finalizers?.length) {
      if (type.plural !== 'pods') return this.remove(type, next);
    }
    return this.#put(type, next, 'MODIFIED', current);
  }

  /** Marks the object as being deleted; it goes when its finalizers (or the pod's kubelet) let it. */
  terminate(type: AnyType, current: Stored, graceSeconds: number): Stored {
    const metadata = {
      ...current.metadata,
      deletionTimestamp: this.timestamp(),
      deletionGracePeriodSeconds: graceSeconds,
    };
    return this.#put(type, { ...current, metadata }, 'MODIFIED', current);
  }

  remove(type: AnyType, current: Stored): Stored {
    this.#version += 1;
    const { name, namespace } = current.metadata;
    const before = this.find(type, name, namespace);
    const last = { ...current, metadata: { ...current.metadata, resourceVersion: String(this.#version) } };
    this.#kind(type).delete(objectKey(name, namespace));
    this.#onChange(type, {
      version: this.#version,
      type: 'DELETED',
      object: last,
      ...(before ? { before } : {}),
    });
    return last;
  }

  /**
   * What a write to the object or to its status really changes: the server keeps the other half, the identity,
   * and for custom resources the whole metadata on a status write. Counts the generation.
   */
  merged(type: AnyType, current: Stored, wanted: Stored, subresource?: 'status'): Stored {
    const custom = type.group === GROUP;
    const identity = {
      uid: current.metadata.uid,
      name: current.metadata.name,
      creationTimestamp: current.metadata.creationTimestamp,
      resourceVersion: current.metadata.resourceVersion,
      ...(current.metadata.namespace === undefined ? {} : { namespace: current.metadata.namespace }),
      ...(current.metadata.generation === undefined ? {} : { generation: current.metadata.generation }),
    } as Stored['metadata'];
    const metadata = subresource && custom ? current.metadata : { ...wanted.metadata, ...identity };
    const half = subresource ? 'status' : 'spec';
    const { apiVersion, kind } = current;
    const next = { ...(subresource ? current : wanted), apiVersion, kind, metadata } as Stored;
    if (subresource) copyKey(wanted, next, 'status');
    else if (hasStatusSubresource(type)) copyKey(current, next, 'status');
    const generation = next.metadata.generation;
    if (half === 'spec' && generation !== undefined && !isDeepStrictEqual(current.spec, next.spec)) {
      next.metadata = { ...next.metadata, generation: generation + 1 };
    }
    return next;
  }

  timestamp(): string {
    return new Date(this.#clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  #put(type: AnyType, object: Stored, change: 'ADDED' | 'MODIFIED', before?: Stored): Stored {
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    const stored = structuredClone({ ...object, metadata });
    this.#kind(type).set(objectKey(metadata.name, metadata.namespace), stored);
    this.#onChange(type, {
      version: this.#version,
      type: change,
      object: stored,
      ...(before ? { before } : {}),
    });
    return stored;
  }

  #kind(type: AnyType): Map<string, Stored> {
    const key = kindKey(type);
    const known = this.#kinds.get(key);
    if (known) return known;
    const fresh = new Map<string, Stored>();
    this.#kinds.set(key, fresh);
    return fresh;
  }
}

function copyKey(from: Stored, to: Stored, key: 'status'): void {
  if (from[key] === undefined) Reflect.deleteProperty(to, key);
  else to[key] = from[key];
}

export type { Stored };
