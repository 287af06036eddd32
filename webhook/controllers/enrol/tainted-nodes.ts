import { Gauge, Histogram, type Registry } from 'prom-client';
import { READY_BOOT_ID } from '../../../api/keys.ts';
import { ownTaintKeys } from '../../../api/tainted.ts';
import type { Clock } from '../../../kube/clock.ts';
import type { Node } from '../../../kube/resources.ts';
import type { Change } from '../../../kube/store.ts';

/**
 * How long nodes are kept from pods by our taint, from the watch alone. A node is counted from its creation if it was
 * never ready, else from the moment that we saw the taint come back.
 */
export class TaintedNodes {
  readonly #clock: Clock;
  readonly #duration: Histogram;
  /** Milliseconds since the epoch, by node UID. */
  readonly #since = new Map<string, number>();

  constructor(clock: Clock, registry: Registry) {
    this.#clock = clock;
    const registers = [registry];
    const [since, now] = [this.#since, () => clock.now()];
    new Gauge({
      name: 'kubectl_nvme_tainted_nodes',
      help: 'Nodes that carry our taint.',
      registers,
      collect() {
        this.set(since.size);
      },
    });
    new Gauge({
      name: 'kubectl_nvme_tainted_node_age_seconds',
      help: 'How long the longest of them has been tainted; 0 when there is none.',
      registers,
      collect() {
        this.set(since.size === 0 ? 0 : (now() - Math.min(...since.values())) / 1000);
      },
    });
    this.#duration = new Histogram({
      name: 'kubectl_nvme_setup_duration_seconds',
      help: 'From the birth of a node, or the return of its taint, to drives that are ready.',
      buckets: [5, 10, 20, 30, 60, 120, 300, 600, 1800],
      registers,
    });
  }

  onNode(change: Change<Node>): void {
    const { metadata } = change.object;
    const uid = metadata?.uid ?? '';
    if (change.kind === 'deleted') this.#since.delete(uid);
    else if (ownTaintKeys(change.object).length > 0) this.#tainted(uid, change.object);
    else this.#untainted(uid, change.object);
  }

  #tainted(uid: string, { metadata }: Node): void {
    if (this.#since.has(uid)) return;
    const wasReady = metadata?.annotations?.[READY_BOOT_ID] !== undefined;
    const born = Date.parse(metadata?.creationTimestamp ?? '');
    this.#since.set(uid, wasReady || Number.isNaN(born) ? this.#clock.now() : born);
  }

  /** A taint that went without the drives being ready was no set-up. */
  #untainted(uid: string, { metadata, status }: Node): void {
    const since = this.#since.get(uid);
    if (since === undefined) return;
    this.#since.delete(uid);
    const ready = metadata?.annotations?.[READY_BOOT_ID];
    if (ready !== undefined && ready === status?.nodeInfo?.bootID) {
      this.#duration.observe((this.#clock.now() - since) / 1000);
    }
  }
}
