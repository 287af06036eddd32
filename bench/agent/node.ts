import { HOSTNAME_LABEL, PAUSED, STARTUP_TAINT_KEY } from '../../api/keys.ts';
import { API_VERSION } from '../../api/group.ts';
import type { NVMeNode } from '../../api/node.ts';
import type { KubeApi } from '../../kube/api.ts';
import { absent } from '../../kube/absent.ts';
import { nodes, nvmeNodes, nvmeProfiles, pods } from '../../kube/resources.ts';
import type { LabContext } from '../../lab/context.ts';
import { installInLab } from '../../lab/install/install.ts';
import { kubectl } from '../../lab/install/kubectl.ts';
import type { Lab } from '../../lab/lab.ts';
import type { LabNode } from '../../lab/node/lab-node.ts';
import { waitFor } from '../../lab/wait.ts';
import { ordersFor, trueCondition, type Orders } from '../../test/nodes/main-job/orders.ts';
import type { Case } from './cases.ts';
import { realKube } from '../../test/builders/real-kube.ts';

export const NODE = 'bench';
const PROFILE = 'bench';
const NAMESPACE = 'kubectl-nvme-agent';

/** The one node of the benchmark, with the agent on it. */
export interface BenchNode {
  ctx: LabContext;
  lab: Lab;
  kube: KubeApi;
  node: LabNode;
  /** By-id paths of its local drives. */
  drives: readonly string[];
  /** The agent's pod. */
  pod: string;
  orders: Orders;
}

/** Adds the node to the lab and waits for its agent. */
export async function benchNode(ctx: LabContext, lab: Lab): Promise<BenchNode> {
  await installInLab(ctx, lab);
  const kube = await realKube(lab.kubeconfig);
  const node = await lab.addNode(NODE, { drives: 4, until: 'Ready' });
  const pod = await until(ctx, 'the agent to run', async () => {
    const { items } = await kube.listAll(pods, { namespace: NAMESPACE });
    return items.find(({ status }) => status?.phase === 'Running')?.metadata?.name;
  });
  const drives = (await node.drives()).map(({ serial }) => `/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_${serial}`);
  const orders = ordersFor(
    {
      kube,
      nvmeNode: () => nvmeNode(kube),
      until: (what, _seconds, probe) => until(ctx, what, probe),
    },
    NODE,
  );
  return { ctx, lab, kube, node, drives, pod, orders };
}

export const until = <T>(ctx: LabContext, what: string, probe: () => Promise<T | undefined>): Promise<T> =>
  waitFor(what, { timeoutMs: 180_000, intervalMs: 50, signal: ctx.signal }, probe);

export const inGuest = ({ node }: BenchNode, script: string): Promise<string> =>
  node.run(['sh', '-c', script], { timeoutMs: 120_000 });

/** Seconds that a script takes by the machine's own clock. */
const timed = (script: string): string =>
  `set -e; began=$(date +%s%N); { ${script}\n} >&2; echo $(( $(date +%s%N) - began ))`;

const secondsOf = (text: string): number => Number(text.trim()) / 1e9;

/** A script in the host, with drives as its arguments. */
export async function inHost(
  { node }: BenchNode,
  script: string,
  drives: readonly string[],
): Promise<number> {
  return secondsOf(await node.run(['sh', '-c', timed(script), 'sh', ...drives], { timeoutMs: 120_000 }));
}

/** The one-shot program in the agent's container, Node's own start included. */
export async function oneShot({ ctx, lab, pod }: BenchNode, { oneShot: args }: Case): Promise<number> {
  const script = timed(`nvme-agent ${args.join(' ')} --cloud-provider generic`);
  return secondsOf(await kubectl(ctx, lab, 'exec', '-n', NAMESPACE, pod, '--', 'sh', '-c', script));
}

/** What the running agent says it took from its look at the drives until the taint was off. */
export async function runningAgent(bench: BenchNode, one: Case): Promise<number> {
  const { kube, ctx } = bench;
  const taints = [{ key: STARTUP_TAINT_KEY, effect: 'NoSchedule' }];
  const annotations = { [PAUSED]: null };
  await kube.patch(nodes, NODE, { type: 'merge', body: { metadata: { annotations }, spec: { taints } } });
  const since = Date.now();
  await applyProfile(bench, one);
  await until(ctx, `the agent to be ready with ${one.name}`, async () => {
    const { spec } = await kube.get(nodes, NODE);
    const isReady = trueCondition(await nvmeNode(kube), 'Ready') !== undefined;
    return isReady && (spec?.taints ?? []).length === 0 ? true : undefined;
  });
  return await until(ctx, 'the end of that round', async () => await roundOf(bench, since));
}

/** The first round after `since` that ended ready. */
async function roundOf({ ctx, lab, pod }: BenchNode, since: number): Promise<number | undefined> {
  const text = await kubectl(
    ctx,
    lab,
    'logs',
    '-n',
    NAMESPACE,
    pod,
    `--since-time=${new Date(since).toISOString()}`,
  );
  const rounds = text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { message?: string; ready?: boolean; seconds?: number });
  return rounds.find(({ message, ready }) => message === 'round done' && ready === true)?.seconds;
}

async function applyProfile({ kube }: BenchNode, { layout }: Case): Promise<void> {
  const metadata = { name: PROFILE };
  const nodeSelector = { matchLabels: { [HOSTNAME_LABEL]: NODE } };
  const spec = { nodeSelector, drives: { minCount: 1 }, layout };
  const body = { apiVersion: API_VERSION, kind: 'NVMeProfile', metadata, spec };
  await kube.patch(nvmeProfiles, PROFILE, { type: 'apply', body }, { fieldManager: 'bench' });
}

/** Takes the node's profile away, so that its agent has nothing to do. */
export async function forget({ kube, ctx }: BenchNode): Promise<void> {
  await absent(kube.delete(nvmeProfiles, PROFILE));
  await until(ctx, 'the profile to be gone', async () =>
    (await absent(kube.get(nvmeProfiles, PROFILE))) === undefined ? true : undefined,
  );
  await absent(kube.delete(nvmeNodes, NODE));
}

/** Resets the node by its own plan, as a person would. */
export async function reset({ orders }: BenchNode): Promise<void> {
  const nvme = await orders.reset();
  if (trueCondition(nvme, 'Paused') === undefined)
    throw new Error(`not reset: ${JSON.stringify(nvme.status?.conditions)}`);
}

/** The agent's report; absent while no profile matches. */
const nvmeNode = (kube: KubeApi): Promise<NVMeNode | undefined> => absent(kube.get(nvmeNodes, NODE));
