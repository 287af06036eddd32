import { eventTarget, type EventRecorder } from '../../../kube/events.ts';
import { nodes, storageClasses, type Node, type StorageClass } from '../../../kube/resources.ts';
import type { NodeEdit } from '../../../kube/taints.ts';

/** What enrol tells people, each on the object that it is about. */
export class EnrolEvents {
  readonly #recorder: EventRecorder;

  constructor(recorder: EventRecorder) {
    this.#recorder = recorder;
  }

  tainted(node: Node, { addTaints = [], removeTaintKeys = [] }: NodeEdit): void {
    const about = eventTarget(nodes, node);
    if (addTaints.length > 0) {
      const keys = addTaints.map(({ key }) => key).join(', ');
      this.#recorder.record(
        about,
        'Normal',
        'NVMeTainted',
        `Local drives are not ready in this boot: added ${keys}`,
      );
    }
    if (removeTaintKeys.length > 0) {
      const message = `No profile asks for it any more: removed ${removeTaintKeys.join(', ')}`;
      this.#recorder.record(about, 'Normal', 'NVMeUntainted', message);
    }
  }

  profileSet(node: Node, profile: string | null, was: string | undefined): void {
    const now = profile === null ? 'No profile matches any more' : `Profile ${profile} rules it`;
    const message = `${now}; the NVMeNode named ${was ?? 'none'}`;
    this.#recorder.record(eventTarget(nodes, node), 'Normal', 'NVMeProfileSet', message);
  }

  immediateClass(storageClass: StorageClass, message: string): void {
    const about = eventTarget(storageClasses, storageClass);
    this.#recorder.record(about, 'Warning', 'NVMeStorageClassImmediate', message);
  }
}
