import { eventTarget, type EventRecorder } from '../../../kube/events.ts';
import { persistentVolumeClaims } from '../../../kube/resources.ts';
import type { BinderAction } from './decide.ts';

/** What the binder tells people, on the claim. */
export class BinderEvents {
  readonly #recorder: EventRecorder;

  constructor(recorder: EventRecorder) {
    this.#recorder = recorder;
  }

  done(action: BinderAction): void {
    const about = eventTarget(persistentVolumeClaims, action.claim);
    if (action.kind === 'bind') {
      const message = `Given volume ${action.volume.name} of node ${action.nodeName}`;
      this.#recorder.record(about, 'Normal', 'NVMeClaimBound', message);
    } else this.#recorder.record(about, 'Normal', 'NVMeClaimReleased', `Not kept waiting: ${action.reason}`);
  }
}
