import { describe, expect, it } from 'vitest';
import { LOST, PAUSED } from '../../../api/keys.ts';
import type { NVMeNode } from '../../../api/node.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../../../kube/resources.ts';
import { decideCleanup, type CleanupAction, type Memory } from '../../../orphans/decide.ts';
import { clusterState } from '../../../orphans/state.ts';
import {
  boundClaim,
  localDrive,
  publishedVolume,
  registeredNode,
  reported,
  statefulPod,
} from '../../builders/orphans.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

interface Scene {
  nodes?: Node[];
  nvmeNodes?: NVMeNode[];
  volumes?: PersistentVolume[];
  claims?: PersistentVolumeClaim[];
  pods?: Pod[];
}

const stateOf = ({ nodes = [], nvmeNodes = [], volumes = [], claims = [], pods = [] }: Scene) =>
  clusterState({ nodes, nvmeNodes, volumes, claims, pods, profiles: [] });

const NOTHING: Memory = { sightings: new Map(), missedSince: new Map(), approved: new Set() };

/** Looks once to see the orphan, and again after so many minutes. */
function after(minutes: number, scene: Scene, memory: Partial<Memory> = {}): CleanupAction[] {
  const first = decideCleanup(stateOf(scene), { ...NOTHING, ...memory }, START);
  const again = { ...NOTHING, ...memory, sightings: first.sightings };
  return decideCleanup(stateOf(scene), again, START + minutes * MINUTE).actions;
}

const kinds = (actions: CleanupAction[]): string[] => actions.map(({ kind }) => kind);
const reasons = (actions: CleanupAction[]): string =>
  actions.map((action) => ('reason' in action ? action.reason : action.kind)).join('\n');

const bound = { volumes: [publishedVolume({ claimUID: 'claim-1' })], claims: [boundClaim()] };

describe('clean-up of a volume whose node is gone', () => {
  it('waits for the whole grace period, and says when it ends', () => {
    const decision = decideCleanup(stateOf(bound), NOTHING, START);
    expect(decision.actions).toEqual([]);
    expect(decision.nextLook).toBe(START + 5 * MINUTE);
    expect(after(4.99, bound)).toEqual([]);
  });

  it('deletes the claim first, and the pods that hold it; the volume not yet', () => {
    expect(kinds(after(5, { ...bound, pods: [statefulPod()] }))).toEqual(['delete-claim', 'delete-pod']);
  });

  it('deletes only the pods while the claim is on its way out', () => {
    const going = boundClaim();
    going.metadata = { ...going.metadata, deletionTimestamp: '2026-01-01T00:05:00Z' };
    expect(kinds(after(5, { ...bound, claims: [going], pods: [statefulPod()] }))).toEqual(['delete-pod']);
  });

  it('deletes the volume once its claim is gone', () => {
    expect(kinds(after(5, { volumes: bound.volumes }))).toEqual(['delete-volume']);
  });

  it('deletes an unbound volume after the same grace, for the machine may register again', () => {
    const scene = { volumes: [publishedVolume()] };
    expect(after(4, scene)).toEqual([]);
    expect(kinds(after(5, scene))).toEqual(['delete-volume']);
  });

  it('goes by the claim’s UID, so that a new claim of the same name lives', () => {
    const fresh = boundClaim('pv-of-another-node', 'claim-2');
    expect(kinds(after(5, { ...bound, claims: [fresh] }))).toEqual(['delete-volume']);
  });

  it('leaves a claim alone that is not bound to the volume yet, and the volume with it', () => {
    const binding = boundClaim();
    delete binding.spec?.volumeName;
    expect(after(5, { ...bound, claims: [binding] })).toEqual([]);
  });

  it('never deletes a pod without a controller, but names it', () => {
    const bare = statefulPod();
    delete bare.metadata?.ownerReferences;
    expect(kinds(after(5, { ...bound, pods: [bare] }))).toEqual(['delete-claim', 'name-pod']);
  });

  it('leaves unscheduled pods to their controller', () => {
    const pending = statefulPod({ phase: 'Pending' });
    delete pending.spec?.nodeName;
    expect(kinds(after(5, { ...bound, pods: [pending] }))).toEqual(['delete-claim']);
  });

  it('leaves a pod of another node alone, even if it names the claim', () => {
    expect(kinds(after(5, { ...bound, pods: [statefulPod({ nodeName: 'n2' })] }))).toEqual(['delete-claim']);
  });

  it('holds while another node carries its hostname label', () => {
    const namesake = registeredNode('node-9', 'n9');
    namesake.metadata = { ...namesake.metadata, labels: { 'kubernetes.io/hostname': 'n1' } };
    const actions = after(60, { ...bound, nodes: [namesake] });
    expect(kinds(actions)).toEqual(['hold']);
    expect(reasons(actions)).toContain('n9');
  });

  it('starts the grace where the last leader saw the node go', () => {
    const memory = { missedSince: new Map([['node-1', START - 4 * MINUTE]]) };
    expect(after(0.5, bound, memory)).toEqual([]);
    expect(kinds(after(1, bound, memory))).toEqual(['delete-claim']);
  });

  it('does not count a future sighting as past after the clock was set back', () => {
    const memory = { missedSince: new Map([['node-1', START + 60 * MINUTE]]) };
    expect(after(4, bound, memory)).toEqual([]);
  });
});

describe('clean-up is held', () => {
  it.each<[string, PersistentVolume, string]>([
    ['by the rule Report', publishedVolume({ orphans: 'Report' }), 'rules say Report'],
    [
      'by the reclaim policy Retain',
      publishedVolume({ reclaimPolicy: 'Retain' }),
      'reclaim policy is Retain',
    ],
    [
      'without rules',
      publishedVolume({ annotations: { 'kubectl-nvme.dev/cleanup': '' } }),
      'no clean-up rules',
    ],
    [
      'by rules of another shape',
      publishedVolume({ annotations: { 'kubectl-nvme.dev/cleanup': '["Delete"]' } }),
      'no clean-up rules',
    ],
    ['by a grace that is no duration', publishedVolume({ grace: 'soon' }), 'no clean-up rules'],
  ])('%s', (_, volume, reason) => {
    const actions = after(60, { volumes: [volume] });
    expect(kinds(actions)).toEqual(['hold']);
    expect(reasons(actions)).toContain(reason);
  });

  it('without a word by the rule Ignore', () => {
    expect(after(60, { volumes: [publishedVolume({ orphans: 'Ignore' })] })).toEqual([]);
  });

  it('without a node UID on the volume', () => {
    const volume = publishedVolume();
    delete volume.metadata?.annotations?.['kubectl-nvme.dev/node-uid'];
    expect(reasons(after(60, { volumes: [volume] }))).toContain('which Node UID');
  });

  it('by the circuit breaker, but not for what a person approved', () => {
    const volumes = [publishedVolume(), publishedVolume({ name: 'pv-2' })];
    const actions = after(60, { volumes }, { stopped: 'too many', approved: new Set(['uid-pv-2']) });
    expect(actions.map(({ kind, volume }) => `${kind} ${volume.name}`)).toEqual([
      'hold pv-1',
      'delete-volume pv-2',
    ]);
  });

  it('for volumes of other provisioners and for ours with an unclear node, silently', () => {
    const foreign = publishedVolume({
      annotations: { 'pv.kubernetes.io/provisioned-by': 'ebs.csi.aws.com' },
    });
    const unclear = publishedVolume();
    unclear.spec?.nodeAffinity?.required?.nodeSelectorTerms.push({ matchFields: [] });
    expect(after(60, { volumes: [foreign, unclear] })).toEqual([]);
  });
});

describe('a volume on its own node', () => {
  it('is left alone', () => {
    expect(after(60, { ...bound, nodes: [registeredNode()] })).toEqual([]);
  });

  it('goes the usual way when the agent proved it lost in this boot, pods by the living kubelet', () => {
    const volumes = [publishedVolume({ claimUID: 'claim-1', annotations: { [LOST]: 'boot-1' } })];
    const scene = { ...bound, volumes, nodes: [registeredNode()], pods: [statefulPod({ phase: 'Pending' })] };
    expect(after(4, scene)).toEqual([]);
    expect(after(5, scene)).toMatchObject([{ kind: 'delete-claim' }, { kind: 'delete-pod', force: false }]);
  });

  it('is held when the mark is of an earlier boot', () => {
    const volumes = [publishedVolume({ annotations: { [LOST]: 'boot-0' } })];
    expect(reasons(after(60, { volumes, nodes: [registeredNode()] }))).toContain('earlier boot');
  });
});

describe('a node of the same name with another UID', () => {
  const nodes = [registeredNode('node-2')];
  const scene = (nvmeNodes: NVMeNode[], more: Scene = {}): Scene => ({ ...bound, nodes, nvmeNodes, ...more });
  const ownIdentity = { name: 'pv-1', path: '', capacity: 1, identity: 'identity-pv-1' };

  it.each<[string, NVMeNode[], string]>([
    ['its agent has not reported', [], 'has not reported'],
    ['the report is of the earlier node', [reported('node-1')], 'has not reported'],
    ['the report is of an earlier boot', [reported('node-2', { bootID: 'boot-0' })], 'has not reported'],
    ['discovery was not complete', [reported('node-2', { conditions: [] })], 'has not reported'],
    [
      'a drive could not be read',
      [reported('node-2', { drives: [localDrive({ state: 'Unknown' })] })],
      'is Unknown',
    ],
    ['a drive failed', [reported('node-2', { drives: [localDrive({ state: 'Failed' })] })], 'is Failed'],
    ['drives are missing', [reported('node-2', { drives: [] })], 'shows 0 local drives'],
    ['the volume failed', [reported('node-2', { volumes: [{ ...ownIdentity, state: 'Failed' }] })], 'Failed'],
  ])('holds the volume while %s', (_, nvmeNodes, reason) => {
    const actions = after(60, scene(nvmeNodes));
    expect(kinds(actions)).toEqual(['hold']);
    expect(reasons(actions)).toContain(reason);
  });

  it('keeps a volume that is found on the drives, and has its UID follow', () => {
    const report = reported('node-2', { volumes: [{ ...ownIdentity, state: 'Bound' }] });
    expect(after(60, scene([report]))).toMatchObject([{ kind: 'keep', nodeUID: 'node-2' }]);
  });

  it('cleans up when the report proves the volume absent, and that stays so for the grace', () => {
    const proof = scene([reported('node-2')], { pods: [statefulPod()] });
    expect(after(4, proof)).toEqual([]);
    expect(after(5, proof)).toMatchObject([{ kind: 'delete-claim' }, { kind: 'delete-pod', force: true }]);
  });

  it('starts the grace anew when the evidence changes', () => {
    const gone = decideCleanup(stateOf(bound), NOTHING, START);
    const memory = { ...NOTHING, sightings: gone.sightings };
    const replaced = decideCleanup(stateOf(scene([reported('node-2')])), memory, START + 5 * MINUTE);
    expect(replaced.actions).toEqual([]);
    expect(replaced.nextLook).toBe(START + 10 * MINUTE);
  });

  it('leaves a running pod of the new node alone', () => {
    const young = statefulPod({ createdAt: '2026-01-01T00:01:00Z' });
    expect(kinds(after(60, scene([reported('node-2')], { pods: [young] })))).toEqual(['delete-claim']);
  });

  it('ends a pod that was bound to the new node by the lost volume and cannot start there', () => {
    const young = statefulPod({ createdAt: '2026-01-01T00:01:00Z', phase: 'Pending' });
    const actions = after(60, scene([reported('node-2')], { pods: [young] }));
    expect(actions).toMatchObject([{ kind: 'delete-claim' }, { kind: 'delete-pod', force: false }]);
  });

  it('cleans up without a report only what a person approved', () => {
    expect(kinds(after(0, scene([]), { approved: new Set(['uid-pv-1']) }))).toEqual(['delete-claim']);
  });

  it('is held while the node is paused', () => {
    const paused = registeredNode('node-2');
    paused.metadata = { ...paused.metadata, annotations: { [PAUSED]: '{}' } };
    expect(reasons(after(60, { ...scene([reported('node-2')]), nodes: [paused] }))).toContain('is paused');
  });

  it('does not take a volume without identity or drive count as lost', () => {
    for (const key of ['volume-identity', 'drive-count']) {
      const volume = publishedVolume({ claimUID: 'claim-1' });
      Reflect.deleteProperty(volume.metadata?.annotations ?? {}, `kubectl-nvme.dev/${key}`);
      expect(kinds(after(60, { ...scene([reported('node-2')]), volumes: [volume] }))).toEqual(['hold']);
    }
  });
});
