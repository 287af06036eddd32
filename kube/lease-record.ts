import { absent } from './absent.ts';
import type { KubeApi, RequestOptions } from './api.ts';
import type { Clock } from './clock.ts';
import { isAlreadyExists, isConflict, isNotFound } from './errors.ts';
import { leases, type Lease } from './resources.ts';
import { microTimestamp } from './timestamp.ts';

/** Which lease, and under what name we hold it. */
export interface LeaseTarget {
  kube: KubeApi;
  namespace: string;
  name: string;
  /** Unique per process, the pod's name with something random behind it say. */
  identity: string;
}

interface Timing {
  clock: Clock;
  durationMs: number;
  monotonic: () => number;
}

/** The Lease object as one candidate sees it, and its moves: hold it if it is free, overdue or ours; release it. */
export class LeaseRecord {
  readonly #target: LeaseTarget;
  readonly #timing: Timing;
  #seen: Lease | undefined;
  #changedAt = 0;

  constructor(target: LeaseTarget, timing: Timing) {
    this.#target = target;
    this.#timing = timing;
  }

  /** Identity in the lease when we last read it, empty when it is free. */
  get holder(): string {
    return this.#seen?.spec?.holderIdentity ?? '';
  }

  /** Whether somebody else held it when we last read it. */
  isOthers(): boolean {
    return this.holder !== '' && this.holder !== this.#target.identity;
  }

  /** Takes or renews the lease; false while it is another's. */
  async hold(signal: AbortSignal, timeoutMs: number): Promise<boolean> {
    const options = { signal, timeoutMs, namespace: this.#target.namespace };
    // Our own last write is the likely state: renew without reading first.
    if (this.#seen && this.holder === this.#target.identity) {
      if (await this.#write(this.#seen, options)) return true;
    }
    const current = await this.#read(options);
    if (current === undefined) return this.#create(options);
    if (this.isOthers() && !this.#isOverdue()) return false;
    return this.#write(current, options);
  }

  /**
   * Frees the lease at once for the next candidate. A renewal that was given up on the way may have been written all the
   * same: then it is freed as it stands now, if it still is ours.
   */
  async release(): Promise<void> {
    const options = { namespace: this.#target.namespace, timeoutMs: 2_000 };
    try {
      await this.#free(options);
    } catch (error) {
      if (!isConflict(error)) throw error;
      await this.#read(options);
      await this.#free(options);
    }
  }

  async #free(options: RequestOptions): Promise<void> {
    if (!this.#seen || this.holder !== this.#target.identity) return;
    const renewTime = microTimestamp(this.#timing.clock.now());
    const spec = { ...this.#seen.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime };
    const free = { ...this.#seen, spec };
    await this.#target.kube.replace(leases, this.#target.name, free, options);
    this.#observe(free);
  }

  #isOverdue(): boolean {
    const { monotonic, durationMs } = this.#timing;
    return monotonic() - this.#changedAt >= durationMs;
  }

  async #read(options: RequestOptions): Promise<Lease | undefined> {
    const { kube, name } = this.#target;
    const lease = await absent(kube.get(leases, name, options));
    return lease && this.#observe(lease);
  }

  /** A conflict means that somebody wrote since we read: not ours this time. */
  async #write(current: Lease, options: RequestOptions): Promise<boolean> {
    const { kube, name } = this.#target;
    try {
      this.#observe(await kube.replace(leases, name, this.#claimed(current), options));
      return true;
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return false;
      throw error;
    }
  }

  async #create(options: RequestOptions): Promise<boolean> {
    const { kube, namespace, name } = this.#target;
    try {
      this.#observe(await kube.create(leases, this.#claimed({ metadata: { name, namespace } }), options));
      return true;
    } catch (error) {
      if (isAlreadyExists(error)) return false;
      throw error;
    }
  }

  #claimed(current: Lease): Lease {
    const { identity } = this.#target;
    const { clock, durationMs } = this.#timing;
    const now = microTimestamp(clock.now());
    const renewal = current.spec?.holderIdentity === identity;
    const transitions = current.spec?.leaseTransitions ?? -1;
    return {
      ...current,
      spec: {
        ...current.spec,
        holderIdentity: identity,
        leaseDurationSeconds: Math.ceil(durationMs / 1000),
        renewTime: now,
        acquireTime: renewal ? (current.spec?.acquireTime ?? now) : now,
        leaseTransitions: renewal ? transitions : transitions + 1,
      },
    };
  }

  #observe(lease: Lease): Lease {
    if (this.#seen?.metadata?.resourceVersion !== lease.metadata?.resourceVersion) {
      this.#changedAt = this.#timing.monotonic();
    }
    this.#seen = lease;
    return lease;
  }
}
