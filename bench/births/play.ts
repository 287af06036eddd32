import { READY_BOOT_ID, STARTUP_TAINT_KEY } from '../../api/keys.ts';
import { removeTaints } from '../../kube/edit-node.ts';
import type { KubeApi } from '../../kube/api.ts';
import { nodes, pods, type Node } from '../../kube/resources.ts';
import { waitFor } from '../../lab/wait.ts';
import { newNode, readyStatus } from '../../test/builders/new-node.ts';
import { inParallel } from '../../kube/in-parallel.ts';
import type { Rollout } from './rollout.ts';
import { isTainted, Sightings } from './sightings.ts';

export interface BirthsOptions {
  kube: KubeApi;
  rollout: Rollout;
  nodes: number;
  /** Pending pods that fit these nodes only. */
  pods: number;
  /** One label, which the profile selects. */
  label: readonly [string, string];
  /** Node and pod names begin with it. */
  prefix: string;
  progress: (line: string) => void;
  signal: AbortSignal;
}

export interface BirthFigures {
  failedCreates: string[];
  taintedInCreate: number;
  /** Milliseconds from the CREATE's answer to the taint, of those that were born without. */
  lateTaints: number[];
  createMs: number[];
  /** Pods that were bound before the first taint went. */
  boundTooEarly: string[];
  bound: number;
  /** Milliseconds from the end of a node's taint to the binding of each pod there. */
  bindMs: number[];
  restarts: number;
  createSeconds: number;
}

const NAMESPACE = 'default';
const PARALLEL = 40;
const BOOT = 'boot-1';

/** Nodes are born at full speed while replicas restart; pods wait for them; then the taints go. */
export async function playBirths(options: BirthsOptions): Promise<BirthFigures> {
  const { kube, rollout, label, signal, progress } = options;
  const over = new AbortController();
  const sightings = new Sightings(kube, label.join('='));
  const watching = sightings.run(AbortSignal.any([signal, over.signal]));
  try {
    const { prefix } = options;
    const podNames = Array.from({ length: options.pods }, (_, index) => `${prefix}-pod-${index}`);
    await inParallel(podNames, PARALLEL, (name) =>
      kube.create(pods, pendingPod(name, label), { namespace: NAMESPACE }),
    );
    progress(`${options.pods} pods wait; ${options.nodes} nodes are born`);
    const born = await whileRestarting(rollout, () => birth(options));
    const lateTaints = await untilTainted(born.untainted, sightings, signal);
    const boundTooEarly = [...sightings.bound.keys()];
    progress('the taints go');
    const untaintedAt = await removeAllTaints(options);
    const patience = { timeoutMs: 300_000, signal, lastSeen: () => `${sightings.bound.size} bound` };
    await waitFor('all pods to be bound', patience, () =>
      Promise.resolve(sightings.bound.size >= options.pods || undefined),
    );
    const bindMs = [...sightings.bound.values()].map(({ at, nodeName }) =>
      Math.max(0, at - (untaintedAt.get(nodeName) ?? at)),
    );
    const { untainted: _, ...figures } = born;
    return {
      ...{ ...figures, lateTaints, boundTooEarly, bindMs },
      bound: sightings.bound.size,
      restarts: rollout.restarts,
    };
  } finally {
    over.abort();
    await watching;
  }
}

async function whileRestarting<T>(rollout: Rollout, work: () => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const restarting = rollout.restartInTurn(stop.signal);
  try {
    return await work();
  } finally {
    stop.abort();
    await restarting;
  }
}

type Born = Pick<BirthFigures, 'failedCreates' | 'taintedInCreate' | 'createMs' | 'createSeconds'> & {
  /** When the CREATE of each node was answered that was born without the taint. */
  untainted: Map<string, number>;
};

/** A kubelet's registration, and its first report of Ready right after it. */
async function birth({ kube, nodes: count, label, prefix }: BirthsOptions): Promise<Born> {
  const born: Born = {
    ...{ failedCreates: [], taintedInCreate: 0, createMs: [], createSeconds: 0 },
    untainted: new Map(),
  };
  const began = performance.now();
  const names = nodeNames(prefix, count);
  await inParallel(names, PARALLEL, async (name) => {
    const asked = performance.now();
    const node = await created(kube, newNode(name, { [label[0]]: label[1] }), born);
    if (node === undefined) return;
    born.createMs.push(performance.now() - asked);
    if (isTainted(node)) born.taintedInCreate += 1;
    else born.untainted.set(name, performance.now());
    await kube.patch(nodes, name, { type: 'merge', body: readyStatus(BOOT) }, { subresource: 'status' });
  });
  born.createSeconds = (performance.now() - began) / 1000;
  return born;
}

async function created(kube: KubeApi, node: Node, { failedCreates }: Born): Promise<Node | undefined> {
  try {
    return await kube.create(nodes, node);
  } catch (error) {
    failedCreates.push(
      `${node.metadata?.name ?? ''}: ${error instanceof Error ? error.message : String(error)}`,
    );
    return undefined;
  }
}

async function untilTainted(
  untainted: ReadonlyMap<string, number>,
  { taintedAt }: Sightings,
  signal: AbortSignal,
): Promise<number[]> {
  const left = (): string[] => [...untainted.keys()].filter((name) => !taintedAt.has(name));
  const patience = { timeoutMs: 120_000, signal, lastSeen: () => `${left().length} without` };
  await waitFor('enrol to taint the rest', patience, () => Promise.resolve(left().length === 0 || undefined));
  return [...untainted].map(([name, at]) => Math.max(0, (taintedAt.get(name) ?? at) - at));
}

/** What the agents of ready nodes write; when each taint went. */
async function removeAllTaints(options: BirthsOptions): Promise<ReadonlyMap<string, number>> {
  const { kube, prefix, nodes: count } = options;
  const at = new Map<string, number>();
  await inParallel(nodeNames(prefix, count), PARALLEL, async (name) => {
    await removeTaints(kube, name, [STARTUP_TAINT_KEY], { [READY_BOOT_ID]: BOOT });
    at.set(name, performance.now());
  });
  return at;
}

const nodeNames = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

const pendingPod = (name: string, [key, value]: readonly [string, string]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: NAMESPACE, labels: { [key]: value } },
  spec: {
    ...{ nodeSelector: { [key]: value }, automountServiceAccountToken: false },
    containers: [{ name: 'app', image: 'none' }],
  },
});
