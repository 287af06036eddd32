import { eventTarget, type EventRecorder, type EventTarget } from '../../../kube/events.ts';
import { persistentVolumeClaims, persistentVolumes, pods } from '../../../kube/resources.ts';
import type { CleanupAction, DeleteAction } from '../../../orphans/decide.ts';

type HoldAction = Extract<CleanupAction, { kind: 'hold' }>;
type NamePodAction = Extract<CleanupAction, { kind: 'name-pod' }>;
type KeepAction = Extract<CleanupAction, { kind: 'keep' }>;

/** What clean-up tells people, each on the object that it is about. */
export class CleanupEvents {
  readonly #recorder: EventRecorder;
  /** What was said last about a volume or pod, by UID: a look every second must not say it again. */
  #said = new Map<string, string>();

  constructor(recorder: EventRecorder) {
    this.#recorder = recorder;
  }

  deleted(action: DeleteAction): void {
    const message = `Deleted with volume ${action.volume.name}: ${action.reason}`;
    this.#recorder.record(targetOf(action), 'Normal', 'NVMeOrphanDeleted', message);
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
