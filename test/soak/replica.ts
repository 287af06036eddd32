import { readdirSync } from 'node:fs';
import { parseSeries, sumOf, type Series } from '../../bench/prometheus.ts';
import type { LabContext } from '../../lab/context.ts';
import { repoDir } from '../../lab/install/install.ts';
import { startWebhookBeside, type WebhookBeside } from '../../lab/install/webhook-beside.ts';
import type { Lab } from '../../lab/lab.ts';
import { residentBytes } from '../../lab/process/identity.ts';
import { logTail, runningProcess } from '../../lab/process/tracked.ts';
import type { FaultProxy } from '../builders/fault-proxy.ts';

/** One look at a replica. */
export interface Sample {
  /** Seconds since the soak began. */
  at: number;
  residentMiB: number;
  descriptors: number;
}

/** One `nvme-webhook`, behind a fault proxy of its own, started again whenever it ends, as a Deployment does. */
export class Replica {
  readonly name: string;
  readonly proxy: FaultProxy;
  readonly samples: Sample[] = [];
  /** Ends that were not ours to cause, by the last line of the log. */
  readonly ends: string[] = [];
  starts = 0;
  readonly #ctx: LabContext;
  readonly #lab: Lab;
  readonly #flags: readonly string[];
  #webhook: WebhookBeside | undefined;
  /** Of the processes before this one. */
  #watchesBefore = 0;
  #series: Series[] = [];
  #healing: Promise<void> | undefined;

  constructor(ctx: LabContext, lab: Lab, name: string, proxy: FaultProxy, flags: readonly string[]) {
    this.#ctx = ctx;
    this.#lab = lab;
    this.name = name;
    this.proxy = proxy;
    this.#flags = flags;
  }

  async start(): Promise<void> {
    this.#watchesBefore += watchesOf(this.#series);
    this.#series = [];
    this.starts += 1;
    this.#webhook = await startWebhookBeside(this.#ctx, this.#lab, repoDir, this.name, this.#flags);
  }

  /** Kills it, as a node that loses power does; it is started again at the next look. */
  async kill(): Promise<void> {
    await this.#webhook?.stop();
    this.#webhook = undefined;
  }

  /** Watches begun, those of processes that ended included. */
  get watches(): number {
    return this.#watchesBefore + watchesOf(this.#series);
  }

  get isLeader(): boolean {
    return sumOf(this.#series, 'kubectl_nvme_leader') === 1;
  }

  /** Looks at memory, descriptors and metrics; starts it again when it has ended. */
  async look(at: number): Promise<void> {
    const process = await runningProcess(this.#lab.dir, this.name);
    if (process === undefined) {
      if (this.#webhook !== undefined && this.#healing === undefined) await this.#noteEnd();
      this.#healing ??= this.start().finally(() => (this.#healing = undefined));
      // It may take a fault's length to be ready; looks go on meanwhile.
      this.#healing.catch(() => undefined);
      return;
    }
    const metrics = await this.#metrics();
    if (metrics !== undefined) this.#series = metrics;
    this.samples.push({
      at,
      residentMiB: residentBytes(process) / 2 ** 20,
      descriptors: descriptorsOf(process.pid),
    });
  }

  async stop(): Promise<void> {
    await this.#healing?.catch(() => undefined);
    await this.kill();
  }

  async #noteEnd(): Promise<void> {
    this.ends.push(await logTail(`${this.#lab.dir}/logs/${this.name}.log`, 1));
    this.#webhook = undefined;
  }

  async #metrics(): Promise<Series[] | undefined> {
    try {
      const answer = await fetch(`${this.#webhook?.healthUrl ?? ''}/metrics`, {
        signal: AbortSignal.timeout(5_000),
      });
      return parseSeries(await answer.text());
    } catch {
      // It is just starting or ending; the next look comes soon.
      return undefined;
    }
  }
}

const watchesOf = (series: readonly Series[]): number => sumOf(series, 'kubectl_nvme_watches_total');

function descriptorsOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    // It ended since it was looked up.
    return 0;
  }
}
