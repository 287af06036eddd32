import { isDeepStrictEqual } from 'node:util';
import type { NVMeNode, NVMeNodeStatus } from '../../api/node.ts';
import type { KubeApi } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { nvmeNodes } from '../../kube/resources.ts';

/** A schema in the cluster that lacks a field may be brought up to date at any time. */
const TRY_AGAIN_MS = 3_600_000;

/** A status that did not arrive as it was sent, and what became of it. */
interface Curtailed {
  wanted: unknown;
  stored: unknown;
  /** Milliseconds since the epoch. */
  until: number;
}

/** Writes an NVMeNode's status. One for the life of an agent: it remembers what the API server would not take. */
export class StatusWriter {
  readonly #kube: KubeApi;
  readonly #clock: Clock;
  #curtailed: Curtailed | undefined;

  constructor(kube: KubeApi, clock: Clock) {
    this.#kube = kube;
    this.#clock = clock;
  }

  /**
   * Writes the whole status if it differs, and gives the object as it is then. Only this agent writes it, so no version is
   * tested; a merge patch would leave old blocks inside `layout` and `plan` behind. Fields that the kind's schema in the
   * cluster does not have yet are dropped by the API server: the same is not sent again and again then.
   */
  async write(node: NVMeNode, status: NVMeNodeStatus): Promise<NVMeNode> {
    const [before, wanted] = [plain(node.status ?? {}), plain(status)];
    if (isDeepStrictEqual(before, wanted) || this.#isInVain(before, wanted)) return node;
    const written = await this.#patch(node, status);
    const stored = plain(written.status ?? {});
    this.#curtailed = isDeepStrictEqual(stored, wanted)
      ? undefined
      : { wanted, stored, until: this.#clock.now() + TRY_AGAIN_MS };
    return written;
  }

  #isInVain(before: unknown, wanted: unknown): boolean {
    const { stored, wanted: sent, until } = this.#curtailed ?? { until: 0 };
    return this.#clock.now() < until && isDeepStrictEqual(before, stored) && isDeepStrictEqual(wanted, sent);
  }

  #patch(node: NVMeNode, status: NVMeNodeStatus): Promise<NVMeNode> {
    const operations = [{ op: 'add' as const, path: '/status', value: status }];
    const patch = { type: 'json' as const, operations };
    return this.#kube.patch(nvmeNodes, node.metadata.name ?? '', patch, { subresource: 'status' });
  }
}

/** As JSON would have it: absent and undefined are the same. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
