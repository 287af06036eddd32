import type { KubeApi } from './api.ts';
import type { Clock } from './clock.ts';
import { withDeadline } from './deadline.ts';
import { LeaseRecord, type LeaseTarget } from './lease-record.ts';

export interface LeaderElectionOptions extends LeaseTarget {
  kube: KubeApi;
  clock: Clock;
  /** Others may take over when the lease has not changed for this long, by their own clocks. */
  durationMs?: number;
  /** The leader gives up when it could not renew for this long; shorter than the duration, so two never lead. */
  renewDeadlineMs?: number;
  /** Between two tries to renew or to acquire. */
  retryMs?: number;
  /** Milliseconds that never jump (performance.now); the clock's own when absent. */
  monotonic?: () => number;
  /** 0 to 1, for the jitter between tries to acquire. */
  random?: () => number;
  /** A try that failed; the next follows. */
  onError?: (error: unknown) => void;
}

/** Why a leader stopped leading against its will. The program should end, so that nothing of it lives on. */
export class LeadershipLost extends Error {
  override readonly name = 'LeadershipLost';
}

/**
 * Leader election over a Lease, with client-go's times: 15 s, 10 s, 2 s. Another's lease is judged by how long we saw
 * no change of it, never by the times written in it, because clocks differ.
 */
export class LeaderElection {
  readonly #options: Required<Omit<LeaderElectionOptions, keyof LeaseTarget | 'kube'>>;
  readonly #record: LeaseRecord;
  #renewedAt: number | undefined;

  constructor(options: LeaderElectionOptions) {
    const { clock } = options;
    this.#options = {
      durationMs: 15_000,
      renewDeadlineMs: 10_000,
      retryMs: 2_000,
      monotonic: () => clock.now(),
      random: Math.random,
      onError: () => undefined,
      ...options,
    };
    this.#record = new LeaseRecord(options, this.#options);
  }

  /**
   * Whether we lead at this moment: ask right before each act. False as soon as the renewal is overdue, which is
   * what a process sees that was frozen and has just woken.
   */
  isLeader(): boolean {
    const { monotonic, renewDeadlineMs } = this.#options;
    return this.#renewedAt !== undefined && monotonic() - this.#renewedAt < renewDeadlineMs;
  }

  /** Who led when we last looked, empty when nobody. */
  get holder(): string {
    return this.#record.holder;
  }

  /**
   * Waits for the lead, then runs `lead` until it ends or `signal` aborts, and gives the lease back. On a loss
   * `lead`'s signal aborts, `onLost` is called at once, and the promise rejects with LeadershipLost.
   */
  async run(
    lead: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
    onLost: (reason: LeadershipLost) => void = () => undefined,
  ): Promise<void> {
    if (!(await this.#acquire(signal))) return;
    const leading = new AbortController();
    const stop = (): void => leading.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    const renewing = this.#renew(leading).catch((error: unknown) => {
      if (!(error instanceof LeadershipLost)) throw error;
      leading.abort(error);
      onLost(error);
    });
    try {
      await lead(leading.signal);
    } finally {
      signal.removeEventListener('abort', stop);
      if (!leading.signal.aborted) leading.abort(new Error('the work of the leader has ended'));
      await renewing;
      await this.#giveBack();
    }
    if (leading.signal.reason instanceof LeadershipLost) throw leading.signal.reason;
  }

  /** True once we lead, false when the signal aborted first. */
  async #acquire(signal: AbortSignal): Promise<boolean> {
    const { clock, retryMs, random } = this.#options;
    while (!signal.aborted) {
      if (await this.#try(signal, this.#options.renewDeadlineMs)) return true;
      // Spread over 2 to 4 s, so that two candidates do not meet at every try.
      await clock.sleep(retryMs * (1 + random()), signal).catch(() => undefined);
    }
    return false;
  }

  async #renew(leading: AbortController): Promise<void> {
    const { clock, retryMs, renewDeadlineMs } = this.#options;
    const { signal } = leading;
    for (;;) {
      await clock.sleep(retryMs, signal).catch(() => undefined);
      if (await this.#try(signal, this.#timeLeft())) continue;
      if (isAborted(signal)) return;
      if (this.#record.isOthers()) {
        this.#renewedAt = undefined;
        throw new LeadershipLost(`"${this.#record.holder}" has taken the lease over`);
      }
      if (!this.isLeader()) {
        throw new LeadershipLost(`The lease could not be renewed for ${renewDeadlineMs / 1000} s`);
      }
    }
  }

  /** Until the renewal is overdue. */
  #timeLeft(): number {
    const { monotonic, renewDeadlineMs } = this.#options;
    return Math.max(1, (this.#renewedAt ?? 0) + renewDeadlineMs - monotonic());
  }

  /** One try to hold the lease; what counts as its beginning is the moment before the request left. */
  async #try(signal: AbortSignal, ms: number): Promise<boolean> {
    const { clock, monotonic, onError } = this.#options;
    const begin = monotonic();
    const expired = (): Error => new Error(`no answer about the lease within ${ms / 1000} s`);
    try {
      const work = (limited: AbortSignal): Promise<boolean> => this.#record.hold(limited, ms);
      if (!(await withDeadline({ clock, ms, signal, expired }, work))) return false;
      this.#renewedAt = begin;
      return true;
    } catch (error) {
      if (!signal.aborted) onError(error);
      return false;
    }
  }

  async #giveBack(): Promise<void> {
    if (!this.isLeader()) return;
    this.#renewedAt = undefined;
    await this.#record.release().catch(this.#options.onError);
  }
}

/** A call, because the compiler believes that a signal does not change between two looks. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;
