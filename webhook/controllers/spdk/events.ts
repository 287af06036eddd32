import { eventTarget, type EventRecorder } from '../../../kube/events.ts';
import { deployments, type Deployment } from '../../../kube/resources.ts';
import { hugepagesQuantity, type SpdkGrant } from '../../../spdk/grant.ts';

/** What people are told, on the Deployment. */
export class SpdkEvents {
  readonly #recorder: EventRecorder;
  /** The problem told last, by the Deployment's UID. */
  readonly #told = new Map<string, string>();

  constructor(recorder: EventRecorder) {
    this.#recorder = recorder;
  }

  updated(deployment: Deployment, grant: SpdkGrant): void {
    this.forget(deployment);
    const { size, addresses } = grant;
    const message = `Given ${hugepagesQuantity(grant)} of ${size} hugepages and ${addresses.join(', ')}`;
    this.#recorder.record(eventTarget(deployments, deployment), 'Normal', 'NVMeSpdkUpdated', message);
  }

  /** Once per problem, however often it is met. True when it is new. */
  held(deployment: Deployment, problem: string): boolean {
    const uid = deployment.metadata?.uid ?? '';
    if (this.#told.get(uid) === problem) return false;
    this.#told.set(uid, problem);
    const target = eventTarget(deployments, deployment);
    this.#recorder.record(target, 'Warning', 'NVMeSpdkHeld', `Left as it is: ${problem}`);
    return true;
  }

  /** Forgets all but these, by UID. */
  keep(uids: ReadonlySet<string>): void {
    for (const uid of this.#told.keys()) if (!uids.has(uid)) this.#told.delete(uid);
  }

  forget({ metadata }: Deployment): void {
    this.#told.delete(metadata?.uid ?? '');
  }
}
