import { STARTUP_TAINT_KEY } from '../../api/keys.ts';
import type { NodeRequest, NVMeNode } from '../../api/node.ts';
import type { Snapshot } from '../../api/snapshot.ts';
import { givenUp } from '../../agent/order/order.ts';
import { intentOf } from '../../agent/run/intent.ts';
import { inventoryFor, planFor, resetFor } from '../../agent/run/look.ts';
import { observe } from '../../agent/run/observe.ts';
import type { Readiness } from '../../agent/report/readiness.ts';
import {
  events,
  nodes,
  nvmeNodes,
  persistentVolumes,
  type Node,
  type PersistentVolume,
} from '../../kube/resources.ts';
import type { FakeHost, Kill } from '../fakes/host.ts';
import type { FakeKube } from '../fakes/kube.ts';
import { agentNode, BOOT, NodeHost, type AgentNode } from './agent-node.ts';
import { machine, type DriveOverrides } from './machine.ts';

/** A node of agent-node.ts whose life goes on: orders come, volumes are claimed, and somebody looks at the reports. */
export class AgentScene {
  readonly kube: FakeKube;
  readonly #agent: AgentNode;

  private constructor(agent: AgentNode) {
    this.#agent = agent;
    this.kube = agent.kube;
  }

  static async create(...given: Parameters<typeof agentNode>): Promise<AgentScene> {
    return new AgentScene(await agentNode(...given));
  }

  /** A machine of these drives. */
  hostWith(drives: Record<string, DriveOverrides>, kill?: Kill): Promise<FakeHost> {
    return this.hostOf(machine({ drives, snapshot: { bootID: BOOT } }), kill);
  }

  /** A machine that looks like that, and knows the programs of a set-up, ordered or not, and of a reset. */
  async hostOf(snapshot: Snapshot, kill?: Kill): Promise<FakeHost> {
    const seen = await observe(this.kube, 'n1', BOOT);
    const { spec } = intentOf(seen);
    const order = givenUp('', inventoryFor(snapshot, seen, spec));
    const { steps } = planFor(snapshot, { ...seen, order }, spec);
    // A broken array is proved ours by its volume; a Bound volume forbids the reset that may come later.
    const resets = [seen.volumes, []].map((volumes) =>
      resetFor(inventoryFor(snapshot, { ...seen, volumes }, spec), seen, spec),
    );
    return new NodeHost(snapshot, [...steps, ...resets.flatMap((reset) => reset.steps)], kill);
  }

  round(host: FakeHost, bootID?: string): Promise<Readiness> {
    return this.#agent.round(host, bootID);
  }

  /** A person's order, as the plugin writes it. */
  async order(request: NodeRequest): Promise<void> {
    await this.kube.patch(nvmeNodes, 'n1', { type: 'merge', body: { spec: { request } } });
  }

  async annotate(annotations: Record<string, string | null>): Promise<void> {
    await this.kube.patch(nodes, 'n1', { type: 'merge', body: { metadata: { annotations } } });
  }

  node(): Promise<Node> {
    return this.kube.get(nodes, 'n1');
  }

  report(): Promise<NVMeNode> {
    return this.kube.get(nvmeNodes, 'n1');
  }

  volumes(): PersistentVolume[] {
    return this.kube.objects(persistentVolumes);
  }

  /** Reasons of the Events so far. */
  said(): unknown[] {
    return this.kube.objects(events).map(({ reason }) => reason);
  }

  async isTainted(): Promise<boolean> {
    return (await this.node()).spec?.taints?.some(({ key }) => key === STARTUP_TAINT_KEY) === true;
  }

  /** One condition of the NVMeNode. */
  async condition(type: string): Promise<{ status?: string; reason?: string; message?: string }> {
    return (await this.report()).status?.conditions?.find((one) => one.type === type) ?? {};
  }
}
