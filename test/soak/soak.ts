import { setTimeout as delay } from 'node:timers/promises';
import type { KubeApi } from '../../kube/api.ts';
import type { Lab } from '../../lab/lab.ts';
import { faultProxy, type FaultProxy } from '../builders/fault-proxy.ts';
import { seededRandom } from '../builders/seeded-random.ts';
import { Churn } from './churn.ts';
import { lookAtCluster, type ClusterView } from './cluster-view.ts';
import { Expectations } from './expectations.ts';
import { Keepsakes } from './keepsakes.ts';
import { emptyTally, type Stage } from './machine.ts';
import type { SoakOptions } from './options.ts';
import { patiently } from './patient-kube.ts';
import { Pictures } from './pictures.ts';
import type { Replica } from './replica.ts';
import { heads, lineOf } from './report.ts';
import { Troubles } from './troubles.ts';
import type { Findings } from './verdict.ts';

export interface SoakParts {
  lab: Lab;
  /** With all rights, and no fault before it. */
  kube: KubeApi;
  steady: Replica;
  mortal: Replica;
  controllerUID: string;
  options: SoakOptions;
  write: (text: string) => void;
  progress: (line: string) => void;
}

const LOOK_MS = 5_000;
const CHECK_EVERY_MS = 300_000;
/** How long caches may take to be true again once nothing changes and no fault is on. */
const TRUE_WITHIN_MS = 60_000;

/** Machines, volumes and troubles for so many minutes; prints a line a minute, and gives what it found. */
export class Soak {
  readonly stage: Stage;
  readonly churn: Churn;
  readonly troubles: Troubles;
  readonly pictures: Pictures;
  readonly differences: string[] = [];
  readonly #parts: SoakParts;
  readonly #begun = performance.now();
  readonly #replicas: readonly Replica[];
  readonly #told = new Set<string>();
  #view: ClusterView | undefined;

  static async create(parts: SoakParts): Promise<Soak> {
    return new Soak(parts, await faultProxy(parts.lab.kubeconfig));
  }

  private constructor(parts: SoakParts, proxy: FaultProxy) {
    const { lab, kube, steady, mortal, options, controllerUID, progress } = parts;
    const now = (): number => performance.now();
    const random = seededRandom(options.seed);
    this.#parts = parts;
    this.#replicas = [steady, mortal];
    this.stage = {
      ...{ kube, controllerUID, tally: emptyTally() },
      expectations: new Expectations(now),
      keepsakes: new Keepsakes(now),
    };
    this.churn = new Churn({ stage: this.stage, nodes: options.nodes, random, paceMs: 1_500 });
    this.troubles = new Troubles({ ...{ lab, steady, mortal, proxy, random }, tell: progress });
    this.pictures = new Pictures(proxy.kube, {
      now: Date.now,
      sleep: (ms, signal) => delay(ms, undefined, { signal }),
    });
  }

  async run(signal: AbortSignal): Promise<Findings> {
    const end = new AbortController();
    const stop = AbortSignal.any([signal, end.signal]);
    const background = Promise.all([this.pictures.run(stop), this.#look(stop)]);
    const playing = new AbortController();
    const played = Promise.all([this.churn.run(playing.signal), this.troubles.run(playing.signal)]);
    await this.#lines(signal);
    this.troubles.pause();
    playing.abort();
    await played;
    await this.#check();
    end.abort();
    await background;
    return this.findings();
  }

  findings(): Findings {
    const { expectations, keepsakes } = this.stage;
    return {
      missed: expectations.missed,
      differences: this.differences,
      lost: keepsakes.lost,
      broken: this.churn.broken,
      ends: this.#replicas.flatMap(({ ends }) => ends),
      steady: this.#parts.steady.samples,
    };
  }

  /** A line each minute until the time is over; a check every five. */
  async #lines(signal: AbortSignal): Promise<void> {
    const { options, write } = this.#parts;
    let nextCheck = CHECK_EVERY_MS;
    write(heads());
    for (let minute = 1; minute <= options.minutes && !signal.aborted; minute += 1) {
      const left = this.#begun + minute * 60_000 - performance.now();
      await delay(Math.max(0, left), undefined, { signal }).catch(() => undefined);
      write(this.#line(minute));
      if (performance.now() - this.#begun < nextCheck) continue;
      nextCheck += CHECK_EVERY_MS;
      await this.#check();
      this.troubles.resume();
      this.churn.resume();
    }
  }

  /** Looks at the cluster again and again, and holds everything against it. */
  async #look(signal: AbortSignal): Promise<void> {
    const { kube } = this.#parts;
    while (!signal.aborted) {
      for (const replica of this.#replicas) {
        await replica.look(Math.round((performance.now() - this.#begun) / 1000));
        replica.proxy.passed.length = 0;
      }
      const view = await patiently(() => lookAtCluster(kube));
      this.#view = view;
      this.stage.expectations.look(view);
      this.stage.keepsakes.look(view);
      this.#tellNews();
      await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** What went wrong is told when it does, so that the logs can be looked at. */
  #tellNews(): void {
    const { missed, differences, lost, broken, ends } = this.findings();
    const wrong = [...missed, ...differences, ...lost, ...broken, ...ends];
    for (const news of wrong.filter((one) => !this.#told.has(one))) {
      this.#told.add(news);
      this.#parts.progress(`wrong: ${news}`);
    }
  }

  /** With all quiet, what subscribers of the reflector know must become what the API server has. */
  async #check(): Promise<void> {
    this.troubles.pause();
    await this.churn.pause();
    const end = performance.now() + TRUE_WITHIN_MS;
    let differences = ['not looked yet'];
    while (differences.length > 0 && performance.now() < end) {
      await delay(1_000);
      differences = this.pictures.differences(await patiently(() => lookAtCluster(this.#parts.kube)));
    }
    this.differences.push(...differences);
  }

  #line(minute: number): string {
    const { expectations, keepsakes, tally } = this.stage;
    const faults = [...this.troubles.counts.values()].reduce((sum, times) => sum + times, 0);
    return lineOf(
      {
        ...{ minute, tally, faults, events: this.pictures.events },
        nodes: this.#view?.nodes.size ?? 0,
        volumes: this.#view?.volumes.size ?? 0,
        watchRestarts: this.pictures.restarts,
        missed: expectations.missed.length + this.differences.length,
        lost: keepsakes.lost.length,
      },
      this.#replicas,
    );
  }
}
