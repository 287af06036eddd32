import type { KubeObject } from './api.ts';

/** One difference between what was known and what is. A new object under an old name is a deletion and an addition. */
export type Change<T> =
  | { kind: 'added'; object: T }
  | { kind: 'updated'; old: T; object: T }
  /** `object` is the last state seen, from the event or, after a gap, from the store. */
  | { kind: 'deleted'; object: T };

/** `namespace/name`, or the name alone for what has no namespace. */
export function keyOf(object: unknown): string {
  const { name = '', namespace } = (object as KubeObject).metadata ?? {};
  return namespace ? `${namespace}/${name}` : name;
}

/** The objects of one kind as last seen, by key. */
export class ObjectStore<T> {
  #objects = new Map<string, T>();

  get(name: string, namespace?: string): T | undefined {
    return this.#objects.get(namespace ? `${namespace}/${name}` : name);
  }

  all(): T[] {
    return [...this.#objects.values()];
  }

  get size(): number {
    return this.#objects.size;
  }

  /** Takes in one added or modified object; gives what changed, nothing for a version known already. */
  put(object: T): Change<T>[] {
    const key = keyOf(object);
    const old = this.#objects.get(key);
    this.#objects.set(key, object);
    return difference(old, object);
  }

  /** Takes out an object; `last` is its state when it went. */
  delete(last: T): Change<T>[] {
    const key = keyOf(last);
    return this.#objects.delete(key) ? [{ kind: 'deleted', object: last }] : [];
  }

  /** Takes in a whole list: what is not in it is gone. */
  replace(objects: T[]): Change<T>[] {
    const before = this.#objects;
    this.#objects = new Map(objects.map((object) => [keyOf(object), object]));
    const gone = [...before].filter(([key]) => !this.#objects.has(key));
    return [
      ...gone.map(([, object]): Change<T> => ({ kind: 'deleted', object })),
      ...[...this.#objects].flatMap(([key, object]) => difference(before.get(key), object)),
    ];
  }
}

function difference<T>(old: T | undefined, object: T): Change<T>[] {
  if (old === undefined) return [{ kind: 'added', object }];
  const [before, after] = [(old as KubeObject).metadata, (object as KubeObject).metadata];
  if (before?.uid !== after?.uid) {
    return [
      { kind: 'deleted', object: old },
      { kind: 'added', object },
    ];
  }
  return before?.resourceVersion === after?.resourceVersion ? [] : [{ kind: 'updated', old, object }];
}
