import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NVMeNode } from '../../../api/node.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../../../kube/resources.ts';
import {
  decideCleanup,
  type CleanupAction,
  type DeleteAction,
  type Memory,
} from '../../../orphans/decide.ts';
import { clusterState } from '../../../orphans/state.ts';
import {
  boundClaim,
  localDrive,
  publishedVolume,
  registeredNode,
  reported,
  statefulPod,
} from '../../builders/orphans.ts';

const MINUTE = 60_000;
const GRACE = 5 * MINUTE;

/** What can happen to a machine called `n1` and its one volume; `wait` is in minutes. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 0, max: 7 }) }),
  fc.record({
    kind: fc.constantFrom(
      'delete-node' as const,
      'register-node' as const,
      'report-with-volume' as const,
      'report-without-volume' as const,
      'report-unreadable' as const,
      'remake-claim' as const,
      'pod-on-node' as const,
      'bare-pod' as const,
      'set-retain' as const,
      'forget-memory' as const,
    ),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The world as it really is, kept apart from what clean-up believes. */
class World {
  now = Date.UTC(2026, 0, 1);
  volume: PersistentVolume | undefined = publishedVolume({ claimUID: 'claim-1', nodeUID: 'node-1' });
  claim: PersistentVolumeClaim | undefined = boundClaim();
  node: Node | undefined = registeredNode('node-1');
  report: NVMeNode | undefined;
  pods: Pod[] = [];
  #uids = 1;
  #memory: Memory = { sightings: new Map(), missedSince: new Map(), approved: new Set() };
  /** Since when the volume may be taken as lost: the node is gone, or a whole report proves it absent. */
  #lostSince: number | undefined;

  apply(step: Step): void {
    switch (step.kind) {
      case 'wait':
        this.now += step.minutes * MINUTE;
        return;
      case 'delete-node':
        this.node = undefined;
        this.report = undefined;
        return;
      case 'register-node':
        if (this.node) return;
        this.#uids += 1;
        this.node = registeredNode(`node-${this.#uids}`);
        return;
      case 'report-with-volume':
        this.#tell({
          volumes: [{ name: 'pv-1', path: '', capacity: 1, identity: 'identity-pv-1', state: 'Bound' }],
        });
        return;
      case 'report-without-volume':
        this.#tell({});
        return;
      case 'report-unreadable':
        this.#tell({ drives: [localDrive({ state: 'Unknown' })] });
        return;
      case 'remake-claim':
        this.claim = boundClaim('another-pv', `claim-of-${this.now}`);
        return;
      case 'pod-on-node':
      case 'bare-pod': {
        const pod = statefulPod({ name: `pod-${this.pods.length}` });
        if (step.kind === 'bare-pod') delete pod.metadata?.ownerReferences;
        this.pods.push(pod);
        return;
      }
      case 'set-retain':
        if (this.volume)
          this.volume = {
            ...this.volume,
            spec: { ...this.volume.spec, persistentVolumeReclaimPolicy: 'Retain' },
          };
        return;
      case 'forget-memory':
        // Another leader without a record: every grace begins anew.
        this.#memory = { sightings: new Map(), missedSince: new Map(), approved: new Set() };
    }
  }

  #tell(status: NVMeNode['status']): void {
    if (this.node) this.report = reported(this.node.metadata?.uid ?? '', status);
  }

  /** The model: since when, by the world's own facts, this volume is lost. */
  observe(): void {
    const uid = this.volume?.metadata?.annotations?.['kubectl-nvme.dev/node-uid'];
    const here = this.node?.metadata?.uid;
    const { volumes = [], drives = [] } = this.report?.status ?? {};
    const proved =
      this.report !== undefined && volumes.length === 0 && drives.every(({ state }) => state !== 'Unknown');
    const lost = here === undefined || (here !== uid && proved);
    this.#lostSince = lost ? (this.#lostSince ?? this.now) : undefined;
  }

  look(): CleanupAction[] {
    const state = clusterState({
      nodes: this.node ? [this.node] : [],
      nvmeNodes: this.report ? [this.report] : [],
      volumes: this.volume ? [this.volume] : [],
      claims: this.claim ? [this.claim] : [],
      pods: this.pods,
      profiles: [],
    });
    const decision = decideCleanup(state, this.#memory, this.now);
    this.#memory = { ...this.#memory, sightings: decision.sightings };
    return decision.actions;
  }

  /** Throws when the model forbids the deletion; else carries it out. */
  remove(action: DeleteAction): void {
    expect(this.#lostSince).toBeDefined();
    expect(this.now - (this.#lostSince ?? Infinity)).toBeGreaterThanOrEqual(GRACE);
    expect(this.volume?.spec?.persistentVolumeReclaimPolicy).toBe('Delete');
    if (action.kind === 'delete-claim') {
      expect(action.claim.metadata?.uid).toBe('claim-1');
      this.claim = undefined;
    } else if (action.kind === 'delete-pod') {
      expect(action.pod.metadata?.ownerReferences?.[0]?.controller).toBe(true);
      this.pods = this.pods.filter(({ metadata }) => metadata?.uid !== action.pod.metadata?.uid);
    } else {
      expect(this.claim?.metadata?.uid).not.toBe('claim-1');
      this.volume = undefined;
    }
  }
}

describe('clean-up over random histories', () => {
  it('makes no delete that the model forbids', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
        const world = new World();
        for (const one of steps) {
          world.apply(one);
          world.observe();
          for (const action of world.look()) {
            if (
              action.kind === 'delete-claim' ||
              action.kind === 'delete-pod' ||
              action.kind === 'delete-volume'
            )
              world.remove(action);
            if (action.kind === 'keep') expect(world.report?.status?.volumes).toHaveLength(1);
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('removes everything in the end when the node stays gone', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const world = new World();
        const kept = steps.filter(({ kind }) => kind !== 'set-retain' && kind !== 'bare-pod');
        for (const one of [...kept, { kind: 'delete-node' as const }]) {
          world.apply(one);
          world.observe();
          world.look();
        }
        for (let round = 0; round < 4; round += 1) {
          world.now += GRACE;
          world.observe();
          for (const action of world.look())
            if (action.kind !== 'hold' && action.kind !== 'keep' && action.kind !== 'name-pod')
              world.remove(action);
        }
        expect(world.volume).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });
});
