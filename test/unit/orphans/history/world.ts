import { decideCleanup, isDeletion, type CleanupAction, type Sighting } from '../../../../orphans/decide.ts';
import { clusterState } from '../../../../orphans/state.ts';
import { boundClaim } from '../../../builders/orphans.ts';
import { GRACE, Machine } from './machine.ts';
import type { Step } from './steps.ts';

const MINUTE = 60_000;

/** Two machines, their users, a clock that somebody sets back, and clean-up that looks at all of it after each step. */
export class World {
  readonly machines = [new Machine(0), new Machine(1)] as const;
  /** Time that really passed, and what the clock shows. */
  #realTime = Date.UTC(2026, 0, 1);
  #clock = this.#realTime;
  #stopped = false;
  #sightings: ReadonlyMap<string, Sighting> = new Map();
  #approved = new Set<string>();

  /** One step, and clean-up's look at what it made. */
  play(step: Step): void {
    this.#apply(step);
    this.#look();
  }

  /** Everything stays as it is for so many graces; what is due goes. */
  rest(graces: number): void {
    for (let round = 0; round < graces; round += 1) {
      this.#pass(GRACE);
      this.#look();
    }
  }

  #apply(step: Step): void {
    switch (step.kind) {
      case 'wait':
        this.#pass(step.minutes * MINUTE);
        return;
      case 'clock-back':
        this.#clock -= step.minutes * MINUTE;
        return;
      case 'stop':
      case 'go-on':
        this.#stopped = step.kind === 'stop';
        return;
      case 'forget-memory':
        this.#sightings = new Map();
        return;
      default:
        this.#happen(step.kind, this.machines[step.machine]);
    }
  }

  #happen(kind: Extract<Step, { machine: 0 | 1 }>['kind'], machine: Machine): void {
    switch (kind) {
      case 'delete-node':
        machine.deleteNode();
        return;
      case 'register-node':
        machine.registerNode();
        return;
      case 'report-with-volume':
        machine.tell('with-volume');
        return;
      case 'report-without-volume':
        machine.tell('without-volume');
        return;
      case 'report-unreadable':
        machine.tell('unreadable');
        return;
      case 'remake-claim':
        machine.claim = boundClaim(
          'another-pv',
          `claim-of-${this.#realTime}`,
          `data-${machine.name.slice(1)}`,
        );
        return;
      case 'pod-on-node':
        machine.addPod('controlled');
        return;
      case 'bare-pod':
        machine.addPod('bare');
        return;
      case 'set-retain':
        machine.retain();
        return;
      case 'approve':
        this.#approved.add(`uid-${machine.volumeName}`);
    }
  }

  #pass(ms: number): void {
    this.#realTime += ms;
    this.#clock += ms;
  }

  #look(): void {
    for (const machine of this.machines) machine.observe(this.#realTime);
    for (const action of this.#decide()) {
      const machine = this.machines.find(({ volumeName }) => volumeName === action.volume.name);
      const approved = this.#approved.has(action.volume.uid);
      if (isDeletion(action))
        machine?.remove(action, { realTime: this.#realTime, stopped: this.#stopped, approved });
      else if (action.kind === 'keep') machine?.keep(action);
    }
  }

  #decide(): CleanupAction[] {
    const all = <T>(pick: (machine: Machine) => T | undefined): T[] =>
      this.machines.map(pick).filter((one) => one !== undefined);
    const state = clusterState({
      nodes: all(({ node }) => node),
      nvmeNodes: all(({ report }) => report),
      volumes: all(({ volume }) => volume),
      claims: all(({ claim }) => claim),
      pods: this.machines.flatMap(({ pods }) => pods),
      profiles: [],
    });
    const memory = {
      ...{ sightings: this.#sightings, approved: this.#approved, missedSince: new Map<string, number>() },
      ...(this.#stopped ? { stopped: 'too many nodes vanished' } : {}),
    };
    const decision = decideCleanup(state, memory, this.#clock);
    this.#sightings = decision.sightings;
    return decision.actions;
  }
}
