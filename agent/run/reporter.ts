import type { Condition } from '../../api/meta.ts';
import type { NVMeNode, NVMeNodeStatus } from '../../api/node.ts';
import { summaryOf } from '../../api/summary.ts';
import type { NVMeProfileSpec } from '../../api/profile.ts';
import { NodeEditError } from '../../kube/edit-node.ts';
import { timestamp } from '../../kube/timestamp.ts';
import { NodeEvents } from '../report/events.ts';
import { writeNodeCondition } from '../report/node-condition.ts';
import type { Readiness } from '../report/readiness.ts';
import type { Observation } from './observe.ts';
import { markNotReady, markReady } from './ready-mark.ts';
import type { ReconcileOptions } from './reconcile-options.ts';

/** Undefined takes a field out. */
type StatusChange = { [K in keyof NVMeNodeStatus]?: NVMeNodeStatus[K] | undefined };

/** What one round writes into the cluster: the NVMeNode's status, the Node's condition, marks and taints, and Events. */
export class Reporter {
  readonly say: NodeEvents;
  readonly #options: ReconcileOptions;
  readonly #seen: Pick<Observation, 'node' | 'publishing'>;
  #nvme: NVMeNode;

  constructor(options: ReconcileOptions, seen: Observation) {
    this.#options = options;
    this.#seen = seen;
    this.say = new NodeEvents(options.events, seen.node);
    this.#nvme = seen.nvme;
  }

  /** With the status as it was last written. */
  get nvme(): NVMeNode {
    return this.#nvme;
  }

  get generation(): number {
    return this.#nvme.metadata.generation ?? 0;
  }

  /** RFC 3339. */
  get now(): string {
    return timestamp(this.#options.clock.now());
  }

  async patch(change: StatusChange): Promise<void> {
    const merged = Object.entries({ ...this.#nvme.status, ...change }).filter(
      ([, value]) => value !== undefined,
    );
    const status: NVMeNodeStatus = Object.fromEntries(merged);
    const summary = summaryOf(status);
    this.#nvme = await this.#options.statusWriter.write(this.#nvme, { ...status, summary });
  }

  /** Reports, and only then touches the taint. */
  async report(
    { ready, conditions, failed }: { ready: Readiness; conditions: Condition[]; failed: boolean },
    spec: NVMeProfileSpec,
    change: StatusChange,
  ): Promise<void> {
    const { kube, bootID, version } = this.#options;
    const before = this.#nvme.status?.conditions;
    await this.patch({
      nodeUID: this.#seen.publishing.uid,
      bootID,
      observedGeneration: this.generation,
      ...change,
      conditions,
      agentVersion: version,
    });
    this.say.whatIsNew(before, conditions, failed);
    await writeNodeCondition(kube, this.#seen.node, ready, this.now);
    await this.#mark(ready, spec);
  }

  async #mark(ready: Readiness, spec: NVMeProfileSpec): Promise<void> {
    const { kube, bootID } = this.#options;
    const { publishing } = this.#seen;
    if (!ready.ready) return markNotReady(kube, publishing);
    try {
      if (await markReady(kube, publishing, bootID, spec)) this.say.ready(ready.message);
    } catch (error) {
      if (error instanceof NodeEditError) this.say.taintStuck(error);
      throw error;
    }
  }
}
