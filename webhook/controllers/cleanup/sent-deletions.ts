import type { Clock } from '../../../kube/clock.ts';
import type { DeleteAction } from '../../../orphans/decide.ts';

/** After this long a watch has told of a deletion, or the object waits for a finalizer and may be asked for again. */
const REMEMBERED_MS = 30_000;

/** Deletions that the API server has taken and that the caches may not know of yet: asking twice is a wasted write. */
export class SentDeletions {
  readonly #clock: Clock;
  readonly #sentAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  has(action: DeleteAction): boolean {
    const at = this.#sentAt.get(targetUID(action));
    return at !== undefined && this.#clock.now() - at < REMEMBERED_MS;
  }

  add(action: DeleteAction): void {
    const now = this.#clock.now();
    for (const [uid, at] of this.#sentAt) {
      // In the order of their times.
      if (now - at < REMEMBERED_MS) break;
      this.#sentAt.delete(uid);
    }
    this.#sentAt.set(targetUID(action), now);
  }
}

function targetUID(action: DeleteAction): string {
  switch (action.kind) {
    case 'delete-claim':
      return action.claim.metadata?.uid ?? '';
    case 'delete-pod':
      return action.pod.metadata?.uid ?? '';
    case 'delete-volume':
      return action.volume.uid;
  }
}
