import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { nodes, type PersistentVolume } from '../../kube/resources.ts';
import type { Scene } from '../nodes/main-job/scene.ts';
import { killAgent } from './agent-unit.ts';
import { checkAlien, checkLayout, checkRecycled, checkReset } from './checks.ts';
import { bindClaim, deleteClaim } from '../builders/bind-claim.ts';
import { untilRight } from './converge.ts';
import { KeptData } from './kept-data.ts';
import { cutLine, killLine } from './report.ts';
import type { Phase, PlannedPhase, RoundPlan } from './round-plan.ts';
import type { Spans } from './spans.ts';
import { volumesOf, wish, type Subject } from './subject.ts';
import { revision, type TaintOrder } from './taint-order.ts';

export interface RoundParts {
  scene: Scene;
  subject: Subject;
  plan: RoundPlan;
  spans: Spans;
  order: TaintOrder;
  tally: { kills: number; cuts: number; records: number };
  tell: (line: string) => void;
}

/** What is done while the agent is killed, and what must hold in the end. */
interface Act {
  begin: () => Promise<void>;
  check: () => Promise<void>;
}

/** One layout's life: set up, used and recycled, let go, reset; the agent is killed in each. */
export class Round {
  readonly #parts: RoundParts;
  #kept: { data: KeptData; volume: PersistentVolume } | undefined;

  constructor(parts: RoundParts) {
    this.#parts = parts;
  }

  /** Rejects with the first thing that is wrong. */
  async play(): Promise<void> {
    const { plan, subject, tell } = this.#parts;
    const head = `round ${plan.round}: ${plan.tried.name}, ${plan.drives} drives, ${plan.clean}`;
    for (const phase of plan.phases) {
      const act = await this.#prepare(phase.phase);
      await this.#perform(phase, act, head);
    }
    await checkAlien(subject);
    tell(`${head}: right`);
  }

  /** A rejection ends the writing too. */
  async end(): Promise<void> {
    await this.#kept?.data.stop();
  }

  #prepare(phase: Phase): Promise<Act> {
    switch (phase) {
      case 'set-up':
        return this.#setUp();
      case 'use':
        return this.#use();
      case 'release':
        return this.#release();
      case 'reset':
        return this.#reset();
    }
  }

  async #perform({ phase, kills, cut }: PlannedPhase, act: Act, head: string): Promise<void> {
    const { subject, spans, tally, tell } = this.#parts;
    const span = spans.of(phase);
    const begun = act.begin();
    // Waited for below; it may fail while the agent is being killed.
    begun.catch(() => undefined);
    const seen = await killAgent(subject.node, kills, span);
    tally.kills += seen.filter(({ hit }) => hit).length;
    const lines = seen.map(killLine);
    if (cut !== undefined) {
      const seconds = cut.fraction * span;
      await this.#cutPower(seconds);
      lines.push(cutLine(seconds));
    }
    tell(`${head}: ${phase}: ${lines.join(', ') || 'left alone'}`);
    await begun;
    const seconds = await untilRight(act.check);
    if (cut === undefined) spans.measured(phase, seconds);
    tell(`${head}: ${phase}: right ${seconds.toFixed(1)} s later`);
  }

  async #cutPower(seconds: number): Promise<void> {
    const { node } = this.#parts.subject;
    await delay(seconds * 1000);
    await node.powerCut();
    await this.#kept?.data.stop();
    this.#parts.tally.cuts += 1;
    await node.start();
    await node.untilBooted();
  }

  async #setUp(): Promise<Act> {
    const { scene, subject, plan, order } = this.#parts;
    const { name } = subject.node;
    const since = revision(await scene.kube.get(nodes, name));
    return {
      begin: async () => {
        await wish(scene, subject, plan);
        await subject.orders.endPause();
      },
      check: async () => {
        await checkLayout(scene, subject, plan);
        order.check(name, since, await volumesOf(scene, subject));
      },
    };
  }

  /** The first volume is written to all the time; the second, where there is one, is let go and recycled beside it. */
  async #use(): Promise<Act> {
    const { scene, subject, plan } = this.#parts;
    const [first, second] = await volumesOf(scene, subject);
    if (first !== undefined) await this.#keep(first);
    if (second !== undefined) await this.#fill(second);
    return {
      begin: async () => {
        if (second !== undefined) await deleteClaim(scene, `let-go-${plan.round}`);
      },
      check: async () => {
        await checkLayout(scene, subject, plan);
        await this.#checkKept();
        if (second !== undefined) await checkRecycled(subject.node, second, await volumesOf(scene, subject));
      },
    };
  }

  async #keep(volume: PersistentVolume): Promise<void> {
    const { scene, subject, plan } = this.#parts;
    await bindClaim(scene, `kept-${plan.round}`, volume);
    const data = new KeptData(subject.node, volume, `kept-${plan.round}`);
    this.#kept = { data, volume };
    await data.begin();
  }

  async #fill(volume: PersistentVolume): Promise<void> {
    const { scene, subject, plan } = this.#parts;
    const name = `let-go-${plan.round}`;
    await bindClaim(scene, name, volume);
    const data = new KeptData(subject.node, volume, name);
    await data.begin();
    await data.stop();
  }

  async #checkKept(): Promise<void> {
    if (this.#kept === undefined) return;
    const { scene, subject } = this.#parts;
    const { data, volume } = this.#kept;
    const found = (await volumesOf(scene, subject)).find(
      ({ metadata }) => metadata?.uid === volume.metadata?.uid,
    );
    assert.equal(found?.status?.phase, 'Bound', `phase of ${volume.metadata?.name ?? ''}, which is in use`);
    await data.check();
  }

  async #release(): Promise<Act> {
    const { scene, subject, plan, tally } = this.#parts;
    const kept = this.#kept;
    assert.ok(kept !== undefined);
    await kept.data.stop();
    await this.#checkKept();
    tally.records += kept.data.acknowledged;
    return {
      begin: () => deleteClaim(scene, `kept-${plan.round}`),
      check: async () => {
        await checkLayout(scene, subject, plan);
        await checkRecycled(subject.node, kept.volume, await volumesOf(scene, subject));
      },
    };
  }

  #reset(): Promise<Act> {
    const { scene, subject, plan } = this.#parts;
    return Promise.resolve({
      begin: async () => {
        await subject.orders.reset();
      },
      check: () => checkReset(scene, subject, plan),
    });
  }
}
