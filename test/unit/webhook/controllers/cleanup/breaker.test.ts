import { describe, expect, it } from 'vitest';
import type { Node, PersistentVolume } from '../../../../../kube/resources.ts';
import { observe, type Presence } from '../../../../../webhook/controllers/cleanup/breaker.ts';
import { EMPTY_RECORD, type CleanupRecord } from '../../../../../orphans/record.ts';
import { clusterState } from '../../../../../orphans/state.ts';
import { nvmeProfile } from '../../../../builders/objects.ts';
import { publishedVolume, registeredNode } from '../../../../builders/orphans.ts';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

const profiles = [nvmeProfile({ spec: { nodeSelector: {} } })];
const fleet = (count: number): Node[] =>
  Array.from({ length: count }, (_, index) => registeredNode(`node-${index}`, `n${index}`));
const volumesOf = (nodes: Node[]): PersistentVolume[] =>
  nodes.map(({ metadata: { name = '', uid = '' } = {} }) =>
    publishedVolume({ name: `pv-${name}`, nodeName: name, nodeUID: uid }),
  );

/** A leader that watches: each look sees these nodes at this minute. */
class Watcher {
  record: CleanupRecord;
  presence: Presence = new Map();
  approved = new Set<string>();
  departed = new Set<string>();
  volumes: PersistentVolume[];
  constructor(volumes: PersistentVolume[], record = EMPTY_RECORD) {
    this.volumes = volumes;
    this.record = record;
  }
  look(nodes: Node[], minute: number): CleanupRecord {
    const state = clusterState({
      nodes,
      profiles,
      volumes: this.volumes,
      nvmeNodes: [],
      claims: [],
      pods: [],
    });
    const { record, presence } = observe(state, this, START + minute * MINUTE);
    Object.assign(this, { record, presence });
    return record;
  }
}

describe('the circuit breaker', () => {
  it('lets a few vanished nodes pass', () => {
    const nodes = fleet(20);
    const watcher = new Watcher(volumesOf(nodes));
    watcher.look(nodes, 0);
    expect(watcher.look(nodes.slice(5), 1).latch).toBeUndefined();
  });

  it('stops when more than five nodes and more than 30 % vanish unannounced', () => {
    const nodes = fleet(20);
    const watcher = new Watcher(volumesOf(nodes));
    watcher.look(nodes, 0);
    expect(watcher.look(nodes.slice(6), 1).latch).toBeUndefined();
    expect(watcher.look(nodes.slice(7), 2).latch?.message).toBe(
      '7 of 20 nodes vanished unannounced within 5 minutes',
    );
  });

  it('stops when all of two nodes vanish, not when the only one does', () => {
    const two = new Watcher(volumesOf(fleet(2)));
    two.look(fleet(2), 0);
    expect(two.look([], 1).latch?.nodes).toEqual(['node-0', 'node-1']);
    const one = new Watcher(volumesOf(fleet(1)));
    one.look(fleet(1), 0);
    expect(one.look([], 1).latch).toBeUndefined();
  });

  it('counts over five minutes, not over the life of the cluster', () => {
    const nodes = fleet(2);
    const watcher = new Watcher(volumesOf(nodes));
    watcher.look(nodes, 0);
    watcher.look(nodes.slice(1), 1);
    expect(watcher.look([], 7).latch).toBeUndefined();
  });

  it.each<[string, (node: Node) => void]>([
    ['cordoned', (node) => (node.spec = { unschedulable: true })],
    [
      'tainted by the cluster-autoscaler',
      (node) => (node.spec = { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] }),
    ],
    [
      'tainted by Karpenter',
      (node) => (node.spec = { taints: [{ key: 'karpenter.sh/disrupted', effect: 'NoSchedule' }] }),
    ],
  ])('does not count nodes that were %s before', (_, announce) => {
    const nodes = fleet(10);
    for (const node of nodes) announce(node);
    const watcher = new Watcher(volumesOf(nodes));
    watcher.look(nodes, 0);
    expect(watcher.look([], 1).latch).toBeUndefined();
  });

  it('does not count nodes whose last state between two looks announced their end', () => {
    const nodes = fleet(2);
    const watcher = new Watcher(volumesOf(nodes));
    watcher.look(nodes, 0);
    watcher.departed = new Set(['node-0', 'node-1']);
    expect(watcher.look([], 1).latch).toBeUndefined();
    watcher.departed = new Set();
    expect(watcher.look([], 2).latch).toBeUndefined();
  });

  it('knows an announcement that an earlier leader wrote down', () => {
    const nodes = fleet(2);
    for (const node of nodes) node.spec = { unschedulable: true };
    const record = new Watcher(volumesOf(nodes)).look(nodes, 0);
    expect(new Watcher(volumesOf(nodes), record).look([], 1).latch).toBeUndefined();
  });

  it('counts nodes that are gone when a leader starts without a record as unannounced', () => {
    const watcher = new Watcher(volumesOf(fleet(2)));
    expect(watcher.look([], 0).latch?.nodes).toHaveLength(2);
  });

  it('stays shut while the volumes wait, and lets go when the nodes are back', () => {
    const nodes = fleet(2);
    const watcher = new Watcher(volumesOf(nodes));
    watcher.look(nodes, 0);
    watcher.look([], 1);
    expect(watcher.look([], 60).latch).toBeDefined();
    expect(watcher.look(nodes, 61)).toEqual(EMPTY_RECORD);
  });

  it('lets go of the few that stay away when the others come back: the list was false', () => {
    const nodes = fleet(20);
    const watcher = new Watcher(volumesOf(nodes));
    watcher.look(nodes, 0);
    expect(watcher.look(nodes.slice(19), 1).latch?.nodes).toHaveLength(19);
    expect(watcher.look(nodes.slice(8), 2).latch?.nodes).toHaveLength(8);
    expect(watcher.look(nodes.slice(3), 3).latch).toBeUndefined();
  });

  it('is not opened by new nodes, beside which a loss looks small', () => {
    const nodes = fleet(20);
    const watcher = new Watcher(volumesOf(nodes));
    watcher.look(nodes, 0);
    watcher.look(nodes.slice(7), 1);
    const grown = [...nodes.slice(7), ...fleet(100).slice(20)];
    expect(watcher.look(grown, 20).latch?.nodes).toHaveLength(7);
  });

  it('is not opened for the rest by approvals, which make a loss no smaller', () => {
    const nodes = fleet(20);
    const watcher = new Watcher(volumesOf(nodes));
    watcher.look(nodes, 0);
    watcher.look(nodes.slice(8), 1);
    const gone = ['pv-n0', 'pv-n1', 'pv-n2', 'pv-n3'];
    watcher.approved = new Set(gone.map((name) => `uid-${name}`));
    watcher.volumes = watcher.volumes.filter(({ metadata }) => !gone.includes(metadata?.name ?? ''));
    expect(watcher.look(nodes.slice(8), 60).latch?.nodes).toEqual(['node-4', 'node-5', 'node-6', 'node-7']);
  });

  it('stays shut with a record of a version that did not count the suspects', () => {
    const nodes = fleet(20);
    const latch = { at: START, nodes: ['node-0', 'node-1'], message: '9 of 20 nodes vanished' };
    const watcher = new Watcher(volumesOf(nodes), { ...EMPTY_RECORD, latch });
    expect(watcher.look(nodes.slice(1), 1).latch?.nodes).toEqual(['node-0']);
  });

  it('is opened for exactly the volumes that a person approved', () => {
    const nodes = fleet(2);
    const watcher = new Watcher(volumesOf(nodes));
    watcher.look(nodes, 0);
    watcher.look([], 1);
    watcher.approved = new Set(['uid-pv-n0']);
    expect(watcher.look([], 2).latch?.nodes).toEqual(['node-1']);
    watcher.approved.add('uid-pv-n1');
    expect(watcher.look([], 3).latch).toBeUndefined();
  });

  it('does not wait for volumes that clean-up never deletes', () => {
    const volumes = volumesOf(fleet(2)).map((volume) => ({
      ...volume,
      spec: { ...volume.spec, persistentVolumeReclaimPolicy: 'Retain' },
    }));
    expect(new Watcher(volumes).look([], 0).latch).toBeUndefined();
  });

  it('forgets vanished nodes that no volume names', () => {
    const nodes = fleet(3);
    const watcher = new Watcher([]);
    watcher.look(nodes, 0);
    expect(Object.keys(watcher.look(nodes.slice(1), 1).missed)).toEqual(['node-0']);
    expect(watcher.look(nodes.slice(1), 7).missed).toEqual({});
  });
});
