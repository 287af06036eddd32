import { CLEANUP_CONFIG_MAP } from '../../../api/keys.ts';
import type { Clock } from '../../../kube/clock.ts';
import { eventTarget, type EventRecorder, type EventTarget } from '../../../kube/events.ts';
import { persistentVolumeClaims, persistentVolumes, pods } from '../../../kube/resources.ts';
import { TokenBucket } from '../../../kube/token-bucket.ts';
import type { CleanupAction, DeleteAction } from '../../../orphans/decide.ts';

type HoldAction = Extract<CleanupAction, { kind: 'hold' }>;
type NamePodAction = Extract<CleanupAction, { kind: 'name-pod' }>;
type KeepAction = Extract<CleanupAction, { kind: 'keep' }>;

/** Deleted volumes that get an Event each; of a whole fleet one Event sums the rest up, or half of all writes were Events. */
const VOLUME_EVENTS = { burst: 50, refillMs: 1_000 };

/** What clean-up tells people, each on the object that it is about. */
export class CleanupEvents {
  readonly #recorder: EventRecorder;
  readonly #namespace: string;
  readonly #volumes: TokenBucket;
  #unsaid = 0;
  /** What was said last about a volume or pod, by UID: a look every second must not say it again. */
  #said = new Map<string, string>();

  constructor({ recorder, clock, namespace }: { recorder: EventRecorder; clock: Clock; namespace: string }) {
    this.#recorder = recorder;
    this.#namespace = namespace;
    this.#volumes = new TokenBucket(clock, VOLUME_EVENTS);
  }

  /** Claims and pods are somebody's, and always get their Event. */
  deleted(action: DeleteAction): void {
    if (action.kind === 'delete-volume' && !this.#volumes.take()) {
      this.#unsaid += 1;
      return;
    }
    const message = `Deleted with volume ${action.volume.name}: ${action.reason}`;
    this.#recorder.record(targetOf(action), 'Normal', 'NVMeOrphanDeleted', message);
  }

  /** Says how many volumes went without an Event of their own, where clean-up keeps its record. */
  sumUp(): void {
    if (this.#unsaid === 0) return;
    const target = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: CLEANUP_CONFIG_MAP,
      namespace: this.#namespace,
    };
    const message = `Deleted ${this.#unsaid} more volumes of nodes that are gone; the log of nvme-webhook names each`;
    this.#recorder.record(target, 'Normal', 'NVMeOrphanDeleted', message);
    this.#unsaid = 0;
  }

  kept({ volume, nodeUID }: KeepAction): void {
    const message = `Found on the drives of node ${volume.nodeName}, which registered again as ${nodeUID}`;
    this.#recorder.record(eventTarget(persistentVolumes, volume.object), 'Normal', 'NVMeVolumeKept', message);
  }

  /** The Node is gone, but `kubectl get events` still finds what is said about its name. */
  stopped(name: string, uid: string, message: string): void {
    const node = { apiVersion: 'v1', kind: 'Node', name, uid };
    this.#recorder.record(node, 'Warning', 'NVMeCleanupStopped', message);
  }

  /** Says what is new about everything that is held back, and forgets what is not held any more. */
  held(actions: readonly (HoldAction | NamePodAction)[]): void {
    const said = new Map<string, string>();
    for (const action of actions) {
      const target = action.kind === 'hold' ? volumeTarget(action) : eventTarget(pods, action.pod);
      const key = target.uid ?? target.name;
      said.set(key, action.reason);
      if (this.#said.get(key) === action.reason) continue;
      if (action.kind === 'hold') {
        this.#recorder.record(target, 'Normal', 'NVMeOrphanHeld', `Not cleaned up: ${action.reason}`);
      } else {
        const message = `Its volume ${action.volume.name} is lost (${action.reason}), and no controller would make the pod again: delete it by hand`;
        this.#recorder.record(target, 'Warning', 'NVMePodNeedsDeletion', message);
      }
    }
    this.#said = said;
  }
}

const volumeTarget = ({ volume }: HoldAction): EventTarget => eventTarget(persistentVolumes, volume.object);

function targetOf(action: DeleteAction): EventTarget {
  switch (action.kind) {
    case 'delete-claim':
      return eventTarget(persistentVolumeClaims, action.claim);
    case 'delete-pod':
      return eventTarget(pods, action.pod);
    case 'delete-volume':
      return eventTarget(persistentVolumes, action.volume.object);
  }
}
