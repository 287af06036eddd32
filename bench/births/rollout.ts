import { setTimeout as delay } from 'node:timers/promises';
import type { LabContext } from '../../lab/context.ts';
import { repoDir } from '../../lab/install/install.ts';
import { startWebhookBeside, type WebhookBeside } from '../../lab/install/webhook-beside.ts';
import type { Lab } from '../../lab/lab.ts';
import { isRunning } from '../../lab/process/identity.ts';
import { runningProcess } from '../../lab/process/tracked.ts';
import { waitFor } from '../../lab/wait.ts';
import { balancer, type Balancer } from './balancer.ts';

/** Between two restarts. */
const PAUSE_MS = 2_000;
/** As often as a kubelet's readiness probe may ask. */
const PROBE_MS = 250;

/** Two replicas of nvme-webhook behind one address, ended and started in turn as a Deployment's rollout does. */
export class Rollout {
  restarts = 0;
  readonly #ctx: LabContext;
  readonly #lab: Lab;
  readonly #balancer: Balancer;
  readonly #replicas = new Map<string, WebhookBeside>();
  readonly #stop = new AbortController();
  #probing: Promise<void> | undefined;

  static async start(ctx: LabContext, lab: Lab, name: string): Promise<Rollout> {
    const rollout = new Rollout(ctx, lab, await balancer());
    rollout.#probing = rollout.#probe();
    for (const replica of [`${name}-a`, `${name}-b`]) await rollout.#begin(replica);
    return rollout;
  }

  private constructor(ctx: LabContext, lab: Lab, front: Balancer) {
    this.#ctx = ctx;
    this.#lab = lab;
    this.#balancer = front;
  }

  /** Restarts one after the other until the signal aborts; both run then. */
  async restartInTurn(signal: AbortSignal): Promise<void> {
    for (;;) {
      for (const name of [...this.#replicas.keys()]) {
        await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
        if (signal.aborted) return;
        await this.#end(name);
        await this.#begin(name);
        this.restarts += 1;
      }
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#probing;
    for (const replica of this.#replicas.values()) await replica.stop();
    await this.#balancer.close();
  }

  async #begin(name: string): Promise<void> {
    const url = `--url=https://127.0.0.1:${this.#balancer.port}`;
    this.#replicas.set(name, await startWebhookBeside(this.#ctx, this.#lab, repoDir, name, [url]));
  }

  /** SIGTERM: it says that it is not ready, waits, and closes. */
  async #end(name: string): Promise<void> {
    const process_ = await runningProcess(this.#lab.dir, name);
    if (process_ === undefined) return;
    process.kill(process_.pid, 'SIGTERM');
    await waitFor(`${name} to end`, { timeoutMs: 30_000, signal: this.#ctx.signal }, () =>
      Promise.resolve(isRunning(process_) ? undefined : true),
    );
  }

  async #probe(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const all = [...this.#replicas.values()];
      const ready = await Promise.all(all.map((replica) => isReady(replica)));
      this.#balancer.use(all.filter((_, index) => ready[index]).map(({ url }) => Number(new URL(url).port)));
      await delay(PROBE_MS);
    }
  }
}

async function isReady({ healthUrl }: WebhookBeside): Promise<boolean> {
  try {
    return (await fetch(`${healthUrl}/readyz`, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    // Ended, or just starting: not ready.
    return false;
  }
}
