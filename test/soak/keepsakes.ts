import type { ClusterView } from './cluster-view.ts';

/** Volumes that nobody may delete, because their node lives and nobody asked for it. */
export class Keepsakes {
  /** Names of those that were gone all the same, or were another object. */
  readonly lost: string[] = [];
  readonly #now: () => number;
  readonly #kept = new Map<string, { uid: string; since: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  keep(name: string, uid: string): void {
    this.#kept.set(name, { uid, since: this.#now() });
  }

  /** To be said before the deletion is sent. */
  letGo(name: string): void {
    this.#kept.delete(name);
  }

  look({ begunAt, volumes }: ClusterView): void {
    for (const [name, { uid, since }] of this.#kept) {
      if (since >= begunAt || volumes.get(name)?.metadata?.uid === uid) continue;
      this.lost.push(name);
      this.#kept.delete(name);
    }
  }
}
