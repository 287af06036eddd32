import type { Plan } from '../../api/plan.ts';
import type { Condition } from '../../api/meta.ts';
import type { VolumeStatus } from '../../api/node.ts';
import { formatBytes } from '../../api/quantity.ts';
import { eventTarget, type EventRecorder } from '../../kube/events.ts';
import { nodes, type Node } from '../../kube/resources.ts';
import type { Planned } from '../plan/planned.ts';

type Conditions = readonly Condition[] | undefined;

/** Events on the Node about what the agent does and finds. What stands as it stood before is not said again. */
export class NodeEvents {
  readonly #recorder: Pick<EventRecorder, 'record'>;
  readonly #node: Node;

  constructor(recorder: Pick<EventRecorder, 'record'>, node: Node) {
    this.#recorder = recorder;
    this.#node = node;
  }

  setupStarted({ plan, steps }: Planned): void {
    const names = steps.map(({ name }) => name).join(', ');
    this.#say('Normal', 'NVMeSetupStarted', `Plan ${plan.id}: ${names}`);
  }

  volumePublished({ name, path, capacity }: VolumeStatus): void {
    this.#say('Normal', 'NVMeVolumePublished', `${name}: ${formatBytes(capacity)} at ${path}`);
  }

  volumeCleaned(name: string, method: string): void {
    this.#say('Normal', 'NVMeVolumeCleaned', `${name}: cleaned by ${method}, to be published anew`);
  }

  cleaningHeld(name: string, reason: string): void {
    this.#say('Warning', 'NVMeCleaningHeld', `${name}: ${reason}`);
  }

  cleaningFailed(name: string, reason: string): void {
    this.#say('Warning', 'NVMeCleaningFailed', `${name}: ${reason}`);
  }

  /** Failures, refusals and losses that the last report did not have. */
  whatIsNew(before: Conditions, after: Conditions, failed: boolean): void {
    const ready = find(after, 'Ready');
    if (failed && ready?.message !== find(before, 'Ready')?.message) {
      this.#say('Warning', 'NVMeSetupFailed', ready?.message ?? '');
    }
    this.#ifNew('Refused', 'NVMeRefused', before, after);
    this.#ifNew('Degraded', 'NVMeDegraded', before, after);
  }

  #ifNew(type: string, reason: 'NVMeRefused' | 'NVMeDegraded', before: Conditions, after: Conditions): void {
    const now = find(after, type);
    if (now?.status !== 'True' || now.message === find(before, type)?.message) return;
    this.#say('Warning', reason, now.message);
  }

  resetStarted({ id, steps }: Plan): void {
    this.#say('Normal', 'NVMeResetStarted', `Plan ${id}: ${steps.map(({ name }) => name).join(', ')}`);
  }

  reset(requestID: string): void {
    const next = 'the node stays paused until a person asks';
    this.#say('Normal', 'NVMeReset', `Request ${requestID}: the drives are raw, and ${next}`);
  }

  ready(message: string): void {
    this.#say('Normal', 'NVMeReady', message);
  }

  taintStuck(error: unknown): void {
    this.#say('Warning', 'NVMeTaintStuck', error instanceof Error ? error.message : String(error));
  }

  #say(type: 'Normal' | 'Warning', reason: Parameters<EventRecorder['record']>[2], message: string): void {
    this.#recorder.record(eventTarget(nodes, this.#node), type, reason, message);
  }
}

const find = (conditions: Conditions, type: string): Condition | undefined =>
  conditions?.find((condition) => condition.type === type);
