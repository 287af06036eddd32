import { READY_BOOT_ID, STARTUP_TAINT_KEY } from '../../api/keys.ts';
import { removeTaints } from '../../kube/edit-node.ts';
import type { KubeApi } from '../../kube/api.ts';
import { nodes, pods, type Node } from '../../kube/resources.ts';
import type { LabContext } from '../../lab/context.ts';
import { startKwok } from '../../lab/kwok/kwok.ts';
import type { Lab } from '../../lab/lab.ts';
import { waitFor } from '../../lab/wait.ts';
import { newNode, readyStatus } from '../../test/builders/new-node.ts';
import { inParallel } from '../../kube/in-parallel.ts';
import type { Rollout } from './rollout.ts';
import { isTainted, Sightings } from './sightings.ts';

export interface BirthsOptions {
  ctx: LabContext;
  lab: Lab;
  /** With all rights. */
  kube: KubeApi;
  rollout: Rollout;
  nodes: number;
  /** Pending pods that fit these nodes only. */
  pods: number;
  /** One label, which the profile selects. */
  label: readonly [string, string];
  /** Node and pod names begin with it. */
  prefix: string;
  /** Of the nodes' leases, as kwok keeps them; a kubelet has 40. */
  leaseSeconds: number;
}

export interface BirthFigures {
  failedCreates: string[];
  taintedInCreate: number;
  /** Milliseconds from the CREATE's answer to the taint, of those that were born without. */
  lateTaints: number[];
  createMs: number[];
  /** Milliseconds from the CREATE's answer to Ready, which kwok reports. */
  readyMs: number[];
  /** Pods that were bound before the first taint went. */
  boundTooEarly: string[];
  bound: number;
  /** Milliseconds from the end of a node's taint to the binding of each pod there. */
  bindMs: number[];
  /** Pods that kwok had running at the end. */
  running: number;
  restarts: number;
  createSeconds: number;
}

const NAMESPACE = 'default';
const PARALLEL = 40;
const BOOT = 'boot-1';

/** Nodes are born at full speed while replicas restart, kwok makes each Ready; pods wait for them; then the taints go. */
export async function playBirths(options: BirthsOptions): Promise<BirthFigures> {
  const { ctx, lab, leaseSeconds } = options;
  const labelSelector = options.label.join('=');
  const over = new AbortController();
  const sightings = new Sightings(options.kube, labelSelector);
  const watching = sightings.run(AbortSignal.any([ctx.signal, over.signal]));
  const nodeStatus = readyStatus(BOOT).status;
  const kwok = await startKwok(ctx, lab, { labelSelector, nodeStatus, leaseSeconds });
  try {
    return await play(options, sightings);
  } finally {
    over.abort();
    await kwok.stop();
    await watching;
  }
}

async function play(options: BirthsOptions, sightings: Sightings): Promise<BirthFigures> {
  const { kube, rollout, label, prefix } = options;
  const { signal, progress } = options.ctx;
  const podNames = Array.from({ length: options.pods }, (_, index) => `${prefix}-pod-${index}`);
  await inParallel(podNames, PARALLEL, (name) =>
    kube.create(pods, pendingPod(name, label), { namespace: NAMESPACE }),
  );
  progress(`${options.pods} pods wait; ${options.nodes} nodes are born`);
  const { answeredAt, untainted, ...figures } = await whileRestarting(rollout, () => birth(options));
  const lateTaints = await untilSeen('enrol to taint the rest', untainted, sightings.taintedAt, signal);
  const readyMs = await untilSeen('kwok to make each node Ready', answeredAt, sightings.readyAt, signal);
  const boundTooEarly = [...sightings.bound.keys()];
  progress('the taints go');
  const untaintedAt = await removeAllTaints(options);
  const { bound, running } = sightings;
  const patience = { timeoutMs: 300_000, signal, lastSeen: () => `${bound.size} bound, ${running.size} run` };
  await waitFor('all pods to be bound and run', patience, () =>
    Promise.resolve(Math.min(bound.size, running.size) >= options.pods || undefined),
  );
  const bindMs = [...bound.values()].map(({ at, nodeName }) =>
    Math.max(0, at - (untaintedAt.get(nodeName) ?? at)),
  );
  return {
    ...{ ...figures, lateTaints, readyMs, boundTooEarly, bindMs },
    ...{ bound: bound.size, running: running.size, restarts: rollout.restarts },
  };
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
  /** When the CREATE of each node was answered, and of those that were born without the taint. */
  answeredAt: Map<string, number>;
  untainted: Map<string, number>;
};

/** The kubelets' registrations. */
async function birth({ kube, nodes: count, label, prefix }: BirthsOptions): Promise<Born> {
  const born: Born = {
    ...{ failedCreates: [], taintedInCreate: 0, createMs: [], createSeconds: 0 },
    ...{ answeredAt: new Map<string, number>(), untainted: new Map<string, number>() },
  };
  const began = performance.now();
  const names = nodeNames(prefix, count);
  await inParallel(names, PARALLEL, async (name) => {
    const asked = performance.now();
    const node = await created(kube, newNode(name, { [label[0]]: label[1] }), born);
    if (node === undefined) return;
    const answered = performance.now();
    born.createMs.push(answered - asked);
    born.answeredAt.set(name, answered);
    if (isTainted(node)) born.taintedInCreate += 1;
    else born.untainted.set(name, answered);
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

/** Waits until each of the nodes was seen so; milliseconds that it took since `since`. */
async function untilSeen(
  what: string,
  since: ReadonlyMap<string, number>,
  seenAt: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<number[]> {
  const left = (): string[] => [...since.keys()].filter((name) => !seenAt.has(name));
  const patience = { timeoutMs: 600_000, signal, lastSeen: () => `${left().length} left` };
  await waitFor(what, patience, () => Promise.resolve(left().length === 0 || undefined));
  return [...since].map(([name, at]) => Math.max(0, (seenAt.get(name) ?? at) - at));
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
