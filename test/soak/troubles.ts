import { setTimeout as delay } from 'node:timers/promises';
import type { Lab } from '../../lab/lab.ts';
import { crash } from '../builders/crash.ts';
import type { Fault, FaultProxy } from '../builders/fault-proxy.ts';
import { listsWithoutNodes, PASSING_FAULTS } from '../builders/faults.ts';
import type { Replica } from './replica.ts';

const FAULTS: readonly (readonly [string, Fault])[] = [
  ...PASSING_FAULTS,
  ['lists without nodes', listsWithoutNodes(0)],
  ['lists with one node', listsWithoutNodes(1)],
];

/** Quiet between two faults; each lasts a few seconds. */
const QUIET_MS = 35_000;
const FAULT_MS = 6_000;
/** Longer than a leader may go without renewing its lease: it has to give up. */
const LONG_FAULT_MS = 25_000;

export interface TroubleOptions {
  lab: Lab;
  /** Lives on through all faults, so that its memory can be told. */
  steady: Replica;
  /** Is killed, and meets the long faults. */
  mortal: Replica;
  /** Before the soak's own caches. */
  proxy: FaultProxy;
  random: () => number;
  tell: (what: string) => void;
}

/** One trouble after another until the signal aborts; `counts` says how often which. */
export class Troubles {
  readonly counts = new Map<string, number>();
  readonly #options: TroubleOptions;
  #paused = false;

  constructor(options: TroubleOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    for (let round = 1; ;) {
      await delay(QUIET_MS, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      if (this.#paused) continue;
      await this.#once(round, signal);
      round += 1;
    }
  }

  /** No new trouble; one that has begun ends within half a minute. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  async #once(round: number, signal: AbortSignal): Promise<void> {
    const { lab, mortal, steady, proxy, random } = this.#options;
    if (round % 24 === 0) return this.#trouble('etcd crashed', () => crash(lab, 'etcd', signal));
    if (round % 12 === 0) {
      return this.#trouble('kube-apiserver crashed', () => crash(lab, 'kube-apiserver', signal));
    }
    if (round % 8 === 0) return this.#trouble(`${mortal.name} killed`, () => mortal.kill());
    const [name, fault] = FAULTS[Math.floor(random() * FAULTS.length)] ?? ['none', () => undefined];
    const isLong = round % 5 === 0;
    const proxies = isLong ? [mortal.proxy] : [steady.proxy, mortal.proxy, proxy];
    return this.#trouble(isLong ? `${name}, long` : name, async () => {
      for (const one of proxies) one.inflict(fault);
      await delay(isLong ? LONG_FAULT_MS : FAULT_MS, undefined, { signal }).catch(() => undefined);
      for (const one of proxies) one.inflict(undefined);
    });
  }

  async #trouble(what: string, happen: () => Promise<void>): Promise<void> {
    this.#options.tell(what);
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
    await happen();
  }
}
