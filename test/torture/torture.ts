import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText } from './error-text.ts';
import { sendAgentsAway } from '../nodes/main-job/agent-pod.ts';
import { postMortem } from '../nodes/main-job/post-mortem.ts';
import { startScene, type Scene } from '../nodes/main-job/scene.ts';
import { testLabContext } from '../builders/lab-context.ts';
import { AGENT_LOG } from './agent-unit.ts';
import { TRIED_LAYOUTS } from './layouts.ts';
import type { TortureOptions } from './options.ts';
import type { Outcome } from './report.ts';
import { Round } from './round.ts';
import { roundPlan } from './round-plan.ts';
import { Spans } from './spans.ts';
import { newSubject, type Subject } from './subject.ts';
import { TaintOrder } from './taint-order.ts';

/** What of a machine tells why an outcome is wrong. */
const LOOK = `tail -n 300 ${AGENT_LOG}; lsblk -o NAME,SERIAL,FSTYPE,UUID,MOUNTPOINTS; cat /proc/mdstat /proc/swaps
grep pv-disks /proc/self/mountinfo; vgs; lvs; ps axf; find /run/kubectl-nvme /pv-disks -maxdepth 3; dmesg | tail -n 40`;

/** Plays the rounds one after the other on one machine; after a wrong outcome on a new one. */
export class Torture {
  readonly #scene: Scene;
  readonly #order: TaintOrder;
  readonly #options: TortureOptions;
  readonly #tell: (line: string) => void;
  readonly #spans = new Spans();
  readonly #tally = { kills: 0, cuts: 0, records: 0 };
  readonly #wrong: string[] = [];
  #machines = 0;
  #subject: Subject | undefined;

  private constructor(
    scene: Scene,
    order: TaintOrder,
    options: TortureOptions,
    tell: (line: string) => void,
  ) {
    this.#scene = scene;
    this.#order = order;
    this.#options = options;
    this.#tell = tell;
  }

  static async run(options: TortureOptions, tell: (line: string) => void): Promise<Outcome> {
    const scene = await startScene();
    try {
      await sendAgentsAway(scene);
      return await new Torture(scene, await TaintOrder.begin(scene), options, tell).#run();
    } finally {
      await scene.end();
    }
  }

  async #run(): Promise<Outcome> {
    const { rounds, seed, only } = this.#options;
    const began = performance.now();
    const numbers = only === undefined ? Array.from({ length: rounds }, (_, index) => index + 1) : [only];
    for (const number of numbers) await this.#round(number);
    const minutes = (performance.now() - began) / 60_000;
    return { seed, rounds: numbers.length, ...this.#tally, minutes, wrong: this.#wrong };
  }

  async #round(number: number): Promise<void> {
    const plan = roundPlan(this.#options.seed, number, TRIED_LAYOUTS, this.#options);
    const subject = await this.#machine();
    const round = new Round({
      ...{ scene: this.#scene, subject, plan, spans: this.#spans, order: this.#order },
      ...{ tally: this.#tally, tell: this.#tell },
    });
    try {
      await round.play();
    } catch (error) {
      await round.end();
      await this.#wentWrong(`round ${number}, ${plan.tried.name}: ${errorText(error)}`, subject);
    }
  }

  async #machine(): Promise<Subject> {
    this.#subject ??= await newSubject(this.#scene, `tortured-${(this.#machines += 1)}`);
    return this.#subject;
  }

  /** Keeps what can be told of it, and the machine goes: what it would do next says nothing. */
  async #wentWrong(what: string, { node }: Subject): Promise<void> {
    this.#wrong.push(what);
    this.#tell(`WRONG: ${what}`);
    const machine = await node
      .exec(['sh', '-c', LOOK])
      .then(({ stdout, stderr }) => stdout + stderr, errorText);
    const cluster = await postMortem(testLabContext(), this.#scene.lab);
    const folder = join('torture-wrong', `seed-${this.#options.seed}`);
    await mkdir(folder, { recursive: true });
    const file = join(folder, `wrong-${this.#wrong.length}.txt`);
    await writeFile(file, [what, machine, cluster].join('\n\n'));
    this.#tell(`what machine and cluster said then: ${file}`);
    await node.delete();
    this.#subject = undefined;
  }
}
