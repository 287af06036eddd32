import { AGENT_NAME, AGENT_NAMESPACE, HOME_NAMESPACE, WEBHOOK_NAME } from '../../../../api/parts.ts';
import { customResourceDefinitions, daemonSets, deployments } from '../../../../kube/resources.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { kubectlNVMe, type Outcome } from '../../../fakes/program.ts';

const NEVER = 1_000;

/** An empty cluster, whose API server begins to serve each CRD as soon as somebody looks. */
export class InstallBench<K extends FakeKube = FakeKube> {
  readonly clock = new SteppedClock();
  readonly kube: K;

  constructor(kube: (clock: SteppedClock) => K = (clock) => new FakeKube(clock) as K) {
    this.kube = kube(this.clock);
    this.kube.before('list', 'customresourcedefinitions', () => this.#establish(), NEVER);
  }

  run(...argv: string[]): Promise<Outcome> {
    return kubectlNVMe(argv, { kube: this.kube, clock: this.clock });
  }

  /** Runs and lets time pass until the end. */
  async runToEnd(...argv: string[]): Promise<Outcome> {
    const state = { ended: false };
    const running = this.run(...argv).finally(() => {
      state.ended = true;
    });
    while (!state.ended) await this.clock.advance(1_000);
    return running;
  }

  /** What the Deployment's controller reports. */
  webhookReplicas(availableReplicas: number): void {
    this.kube.change(
      deployments,
      WEBHOOK_NAME,
      (object) => {
        const observedGeneration = object.metadata?.generation ?? 0;
        object.status = { observedGeneration, replicas: 2, updatedReplicas: 2, availableReplicas };
      },
      HOME_NAMESPACE,
    );
  }

  /** What the DaemonSet's controller reports for one node. */
  agentRuns(): void {
    this.kube.change(
      daemonSets,
      AGENT_NAME,
      (object) => {
        const counts = { currentNumberScheduled: 1, desiredNumberScheduled: 1, numberMisscheduled: 0 };
        const ready = { numberReady: 1, updatedNumberScheduled: 1, numberAvailable: 1 };
        object.status = { observedGeneration: object.metadata?.generation ?? 0, ...counts, ...ready };
      },
      AGENT_NAMESPACE,
    );
  }

  #establish(): void {
    for (const { metadata } of this.kube.objects(customResourceDefinitions)) {
      this.kube.change(customResourceDefinitions, metadata?.name ?? '', (object) => {
        object.status = { conditions: [{ type: 'Established', status: 'True' }] };
      });
    }
  }
}
