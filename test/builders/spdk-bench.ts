import {
  deployments,
  events,
  nodes,
  nvmeNodes,
  pods,
  roleBindings,
  type Deployment,
} from '../../kube/resources.ts';
import { SpdkController } from '../../webhook/controllers/spdk/controller.ts';
import { spdkMetrics } from '../../webhook/controllers/spdk/metrics.ts';
import type { KubeCall } from '../fakes/kube-calls.ts';
import type { FakeKube } from '../fakes/kube.ts';
import { amountsOf, keptDeployment, letIn, nodeWithPages, pagesPod, spdkReport } from './spdk-deployment.ts';
import { controllerBench } from './webhook.ts';

/** The controller at work on a node of 128 pages, of which SPDK's pod has 100, another pod 20, and 8 are free. */
export interface SpdkBench {
  kube: FakeKube;
  logged: Record<string, unknown>[];
  now: () => string;
  /** Lets time pass, and everything happen that comes of it. */
  pass(ms: number): Promise<void>;
  /** Changes the Deployment as a person would. */
  edit(edit: (object: Deployment) => void): Deployment;
  /** What the agent reports from now on. */
  report(now: Parameters<typeof spdkReport>[0]): void;
  deployment(namespace?: string): Deployment;
  /** The hugepages of the Deployment now. */
  limit(namespace?: string): string | undefined;
  /** Writes of Deployments, those that were refused too. */
  patches(): KubeCall[];
  /** Events: reason, message and how often. */
  told(): [string, string, number | undefined][];
  stop(): Promise<void>;
}

export async function spdkBench(): Promise<SpdkBench> {
  const bench = await controllerBench((kube) => {
    kube.add(nodes, nodeWithPages(128));
    kube.add(nvmeNodes, spdkReport({ total: 128, free: 8 }));
    kube.add(pods, pagesPod(100));
    kube.add(pods, pagesPod(20, { name: 'other', app: 'other', namespace: 'default' }));
    kube.add(roleBindings, letIn());
    kube.add(deployments, keptDeployment({ pages: 100 }));
  });
  const { kube, clock, logged } = bench;
  const end = new AbortController();
  const metrics = spdkMetrics(bench.options.registry);
  const running = new SpdkController({ ...bench.options, metrics }).run(end.signal);
  const deployment = (namespace = 'storage'): Deployment => {
    const found = kube.peek(deployments, 'spdk-n1', namespace);
    if (found === undefined) throw new Error('the Deployment is gone');
    return found;
  };
  return {
    ...{ kube, logged, deployment },
    now: () => clock.timestamp(),
    pass: async (ms) => {
      for (let left = ms; left > 0; left -= 5_000) await clock.advance(Math.min(left, 5_000));
      await bench.settled();
    },
    edit: (edit) => kube.change(deployments, 'spdk-n1', edit, 'storage'),
    report: (now) =>
      kube.change(nvmeNodes, 'n1', (object) => Object.assign(object, { status: spdkReport(now).status })),
    limit: (namespace) => amountsOf(deployment(namespace)).limit,
    patches: () => kube.writes.filter(({ resource }) => resource === 'deployments'),
    told: () => kube.objects(events).map(({ reason, message, count }) => [reason, message, count]),
    stop: async () => {
      end.abort(new Error('the test is over'));
      await running;
      await bench.stop();
    },
  };
}
