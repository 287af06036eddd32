import { CLEANUP_CONFIG_MAP, WEBHOOK_NAMESPACE } from '../../../../api/keys.ts';
import { configMaps, persistentVolumes } from '../../../../kube/resources.ts';
import { recordData, type Latch } from '../../../../orphans/record.ts';
import { publishedVolume, type PublishedVolume } from '../../../builders/orphans.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { kubectlNVMe, type Outcome } from '../../../fakes/program.ts';

const MINUTE = 60_000;

/** A pretended cluster with volumes of nodes that are gone, and what nvme-webhook remembers of them. */
export class OrphanBench {
  readonly clock = new SteppedClock();
  readonly kube = new FakeKube(this.clock);

  run(...argv: string[]): Promise<Outcome> {
    return kubectlNVMe(argv, { kube: this.kube, clock: this.clock });
  }

  addVolume(volume: PublishedVolume): void {
    this.kube.add(persistentVolumes, publishedVolume(volume));
  }

  /** Nodes of these UIDs were first missed so many minutes ago. */
  webhookRemembers(
    minutes: Record<string, number>,
    { latch, namespace = WEBHOOK_NAMESPACE }: { latch?: Latch; namespace?: string } = {},
  ): void {
    const missed = Object.fromEntries(
      Object.entries(minutes).map(([uid, ago]) => [
        uid,
        { name: 'n1', at: this.clock.now() - ago * MINUTE, announced: false },
      ]),
    );
    const record = { missed, announced: [], ...(latch ? { latch } : {}) };
    const metadata = { name: CLEANUP_CONFIG_MAP, namespace };
    this.kube.add(configMaps, { metadata, data: recordData(record) });
  }
}
