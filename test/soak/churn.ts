import { setTimeout as delay } from 'node:timers/promises';
import type { Machine, Stage } from './machine.ts';
import { dies, isBorn, reboots, returns } from './node-life.ts';
import { isClaimed, isReleased } from './volume-life.ts';

export interface ChurnOptions {
  stage: Stage;
  /** Nodes that live at a time, about. */
  nodes: number;
  random: () => number;
  /** Milliseconds between two beginnings, about. */
  paceMs: number;
}

/** Lives that are played at the same time. */
const AT_ONCE = 8;
const PAUSE_LIMIT_MS = 300_000;

type Life = (machine: Machine) => Promise<void>;

/** Machines that come, change and go at random; each does one thing at a time. */
export class Churn {
  /** What could not be played to its end, in words: then nothing is known, which counts as a failure. */
  readonly broken: string[] = [];
  readonly #options: ChurnOptions;
  readonly #resting: Machine[] = [];
  readonly #playing = new Set<Promise<void>>();
  #named = 0;
  #paused = false;

  constructor(options: ChurnOptions) {
    this.#options = options;
  }

  /** Machines there are, those in the middle of something included. */
  get size(): number {
    return this.#resting.length + this.#playing.size;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { paceMs, random } = this.#options;
    while (!signal.aborted) {
      if (!this.#paused && this.#playing.size < AT_ONCE) this.#begin();
      await delay(paceMs * (0.5 + random()), undefined, { signal }).catch(() => undefined);
    }
    await this.#rest();
  }

  /** Begins nothing more, and comes back when everything begun has ended; `resume` goes on. */
  async pause(): Promise<void> {
    this.#paused = true;
    await this.#rest();
  }

  resume(): void {
    this.#paused = false;
  }

  async #rest(): Promise<void> {
    const limit = delay(PAUSE_LIMIT_MS, 'late' as const, { ref: false });
    const ended = Promise.all([...this.#playing]);
    if ((await Promise.race([ended, limit])) === 'late') this.broken.push('a life did not come to its end');
  }

  #begin(): void {
    const { stage, nodes, random } = this.#options;
    const births = this.size < nodes ? 0.5 : 0.05;
    if (this.#resting.length === 0 || random() < births) {
      this.#named += 1;
      const name = `soak-${this.#named}`;
      this.#play(`birth of ${name}`, () => isBorn(stage, name));
      return;
    }
    const [machine] = this.#resting.splice(Math.floor(random() * this.#resting.length), 1);
    if (machine === undefined) return;
    const [what, life] = this.#lifeOf(machine);
    this.#play(`${what} of ${machine.name}`, async () => {
      await life(machine);
      return what === 'death' ? undefined : machine;
    });
  }

  #lifeOf(machine: Machine): [string, Life] {
    const { stage, nodes, random } = this.#options;
    const chance = random();
    if (chance < (this.size > nodes ? 0.3 : 0.08)) return ['death', (one) => dies(stage, one)];
    if (chance < 0.4) return ['reboot', (one) => reboots(stage, one)];
    if (chance < 0.5) return ['return', (one) => returns(stage, one)];
    const volume = machine.volumes[Math.floor(random() * machine.volumes.length)];
    if (volume === undefined) return ['reboot', (one) => reboots(stage, one)];
    return volume.claim === undefined
      ? ['claim', (one) => isClaimed(stage, one, volume)]
      : ['release', (one) => isReleased(stage, one, volume)];
  }

  #play(what: string, life: () => Promise<Machine | undefined>): void {
    const playing = life()
      .then((machine) => {
        if (machine !== undefined) this.#resting.push(machine);
      })
      .catch((error: unknown) => {
        this.broken.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
      })
      .finally(() => this.#playing.delete(playing));
    this.#playing.add(playing);
  }
}
