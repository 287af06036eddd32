import { withDefaults } from '../../api/defaults.ts';
import type { Layout } from '../../api/layout.ts';
import type { Provider } from '../../api/profile.ts';
import type { KubeApi } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { nodes } from '../../kube/resources.ts';
import type { Logger } from '../../logging/logger.ts';
import { LOCK_TIMEOUT_MS, performAll } from '../apply/apply.ts';
import type { NodeStatus } from '../apply/kubelet/kubelet-up.ts';
import { nodeStatusOf } from '../apply/kubelet/node-status.ts';
import { discoverSnapshot } from '../discover/discover.ts';
import type { Host } from '../host/host.ts';
import { takeInventory } from '../inventory/classify.ts';
import { isForeseen } from '../plan/foreseen.ts';
import { isRefused, planSetup } from '../plan/plan.ts';
import type { Planned } from '../plan/planned.ts';
import { removeTaint } from './remove-taint.ts';

/** The flags of the one-shot commands, as Materialize's tool has them. */
export interface OneShotOptions {
  cloudProvider: Provider;
  layout: Layout;
  nodeName?: string;
  /** Only these drives; all local ones when absent. */
  include?: string[];
  exclude?: string[];
  /** What `removeTaint` takes off; those that the Node does not carry are not missed. */
  taintKeys: readonly string[];
  removeTaint: boolean;
  requireDrives: boolean;
}

export interface OneShotDependencies {
  host: Host;
  clock: Clock;
  logger: Logger;
  /** Asked for only when the taint is to be removed. */
  kube: () => Promise<KubeApi>;
  signal: AbortSignal;
}

/** A one-shot run that cannot do what it was asked; the message is for a person. */
export class OneShotError extends Error {
  override readonly name = 'OneShotError';
}

/** Sets the drives up once and, when asked, removes the taint; publishes nothing. */
export async function setUpOnce(options: OneShotOptions, deps: OneShotDependencies): Promise<void> {
  if (options.removeTaint && options.nodeName === undefined) {
    throw new OneShotError(
      '--remove-taint needs --node-name (or NODE_NAME): which node should lose its taint?',
    );
  }
  const { plan } = await applyUntilDone(options, deps);
  if (plan.candidates.length > 0) {
    deps.logger.info('drives are set up', { layout: plan.layout.type, drives: plan.candidates });
  }
  if (options.removeTaint) await removeTaint({ ...options, nodeName: options.nodeName ?? '' }, deps);
}

/** What is on an array is seen only once it is assembled: then there is more to do. */
const PASSES = 4;

/**
 * Looks, plans and applies until nothing is left to do; gives the last plan. All of it under the write lock: what was
 * planned cannot change by another of us before it is done.
 */
function applyUntilDone(options: OneShotOptions, deps: OneShotDependencies): Promise<Planned> {
  const { host, clock, logger, signal } = deps;
  return host.withWriteLock(LOCK_TIMEOUT_MS, async () => {
    const { labels, planned: first } = await firstLook(options, deps);
    tellRefusals(first, options, deps);
    for (let pass = 1; pass <= PASSES; pass += 1) {
      const planned = pass === 1 ? first : await planOnce(options, deps, labels);
      const { steps } = planned;
      if (steps.length > 0)
        await performAll(steps, { host, clock, logger, signal, ...nodeStatus(options, deps) });
      if (isForeseen(steps)) return planned;
    }
    throw new OneShotError(`The drives are still not set up after ${PASSES} passes: see the steps above`);
  });
}

type Labels = Readonly<Record<string, string>>;

/** What is refused may be the platform's, which on GKE only a label of the Node tells: then, and only then, it is read. */
async function firstLook(
  options: OneShotOptions,
  deps: OneShotDependencies,
): Promise<{ labels: Labels; planned: Planned }> {
  const planned = await planOnce(options, deps, {});
  const { removeTaint: mayAsk, nodeName } = options;
  if (!mayAsk || nodeName === undefined || !isRefused(planned.plan) || planned.standDown !== undefined) {
    return { labels: {}, planned };
  }
  const node = await (await deps.kube()).get(nodes, nodeName, { signal: deps.signal });
  const labels = node.metadata?.labels ?? {};
  return { labels, planned: await planOnce(options, deps, labels) };
}

/** A one-shot run has a way to the cluster only where it is to remove a taint. */
function nodeStatus(
  { removeTaint: mayAsk, nodeName }: OneShotOptions,
  { kube, signal }: OneShotDependencies,
): { nodeStatus?: NodeStatus } {
  if (!mayAsk || nodeName === undefined) return {};
  return { nodeStatus: async () => await nodeStatusOf(await kube(), nodeName, signal)() };
}

/** Throws OneShotError when nothing may be used, or nothing is there and should be. */
function tellRefusals(
  { plan, standDown }: Planned,
  { requireDrives }: OneShotOptions,
  { logger }: OneShotDependencies,
): void {
  for (const { path, reason } of plan.refusals) logger.warn('drive left alone', { path, reason });
  if (standDown !== undefined && plan.candidates.length === 0) {
    if (requireDrives) throw new OneShotError(`${standDown}, and --require-drives was given`);
    logger.info('nothing to do: the platform owns the local drives', { reason: standDown });
    return;
  }
  if (isRefused(plan)) {
    const why = plan.refusals.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
    throw new OneShotError(`No drive may be used: ${why}`);
  }
  if (plan.candidates.length > 0) return;
  if (requireDrives) {
    throw new OneShotError('This machine has no local drives, and --require-drives was given');
  }
  logger.info('no local drives: nothing to do');
}

async function planOnce(
  { cloudProvider, layout, include = [], exclude = [] }: OneShotOptions,
  { host, signal }: OneShotDependencies,
  nodeLabels: Labels,
): Promise<Planned> {
  const bootID = (await host.readFile('/proc/sys/kernel/random/boot_id')).trim();
  const snapshot = await discoverSnapshot(host, { seed: bootID, signal });
  const spec = withDefaults({ provider: cloudProvider, layout, drives: { include, exclude } });
  const inventory = takeInventory(snapshot, {
    provider: cloudProvider,
    drives: spec.drives,
    strict: true,
    volumes: [],
    nodeLabels,
  });
  return planSetup(inventory, { spec, nodeUID: '' });
}
