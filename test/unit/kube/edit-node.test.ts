import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Taint } from '../../../api/meta.ts';
import { editNode, NodeEditError, removeTaints } from '../../../kube/edit-node.ts';
import { nodes } from '../../../kube/resources.ts';
import { nodeEditPatch, type NodeEdit } from '../../../kube/taints.ts';
import { node } from '../../builders/objects.ts';
import { applyJsonPatch } from '../../fakes/kube-patching.ts';
import { FakeKube } from '../../fakes/kube.ts';

const startup: Taint = { key: 'startup', effect: 'NoSchedule' };
const foreign: Taint = { key: 'foreign', effect: 'NoExecute', value: 'x' };

const withNode = (taints: Taint[]): FakeKube => {
  const kube = new FakeKube();
  kube.add(nodes, node({ spec: { taints } }));
  return kube;
};

describe('removing taints', () => {
  it('takes ours, leaves the others, and sets the annotation in the same write', async () => {
    const kube = withNode([foreign, startup]);
    await removeTaints(kube, 'n1', ['startup'], { 'a/boot': 'b1' });
    const after = kube.peek(nodes, 'n1');
    expect(after?.spec?.taints).toEqual([foreign]);
    expect(after?.metadata?.annotations).toEqual({ 'a/boot': 'b1' });
    expect(kube.writes).toHaveLength(1);
  });

  it('writes nothing when nothing differs', async () => {
    const kube = withNode([foreign]);
    kube.change(nodes, 'n1', (it) => (it.metadata = { ...it.metadata, annotations: { 'a/boot': 'b1' } }));
    await removeTaints(kube, 'n1', ['startup'], { 'a/boot': 'b1' });
    expect(kube.writes).toEqual([]);
  });

  it('reads again when somebody else changes the taints in between', async () => {
    const kube = withNode([startup]);
    kube.before('patch', 'nodes', () =>
      kube.change(nodes, 'n1', (it) => (it.spec = { taints: [startup, foreign] })),
    );
    await removeTaints(kube, 'n1', ['startup'], {});
    expect(kube.peek(nodes, 'n1')?.spec?.taints).toEqual([foreign]);
  });

  it('fails loudly when others never stop', async () => {
    const kube = withNode([startup]);
    let count = 0;
    const meddle = (): unknown =>
      kube.change(
        nodes,
        'n1',
        (it) => (it.spec = { taints: [startup, { ...foreign, value: `${(count += 1)}` }] }),
      );
    kube.before('patch', 'nodes', meddle, 100);
    const failure = removeTaints(kube, 'n1', ['startup'], {}, { attempts: 3 });
    await expect(failure).rejects.toBeInstanceOf(NodeEditError);
    await expect(failure).rejects.toThrow('node "n1" in 3 attempts');
    expect(kube.writes).toHaveLength(3);
  });

  it('never touches another machine of the same name', async () => {
    const kube = withNode([startup]);
    await expect(removeTaints(kube, 'n1', ['startup'], {}, { uid: 'old' })).rejects.toThrow(
      'expected UID old',
    );
    const uid = kube.peek(nodes, 'n1')?.metadata?.uid ?? '';
    kube.before('patch', 'nodes', () => {
      kube.remove(nodes, 'n1');
      kube.add(nodes, node({ metadata: { uid: 'another' }, spec: { taints: [startup] } }));
    });
    await expect(removeTaints(kube, 'n1', ['startup'], {}, { uid })).rejects.toThrow('got another');
    expect(kube.peek(nodes, 'n1')?.spec?.taints).toEqual([startup]);
  });

  it('says so when the node is gone', async () => {
    await expect(removeTaints(new FakeKube(), 'n1', ['x'], {})).rejects.toThrow('nodes "n1" not found');
  });
});

describe('editing a node', () => {
  it('with an exact version is refused when anything has changed, and decides anew', async () => {
    const kube = withNode([]);
    kube.before('patch', 'nodes', () =>
      kube.change(nodes, 'n1', (it) => (it.spec = { unschedulable: true })),
    );
    const edited = await editNode(
      kube,
      'n1',
      (it) => (it.spec?.unschedulable ? { labels: { late: 'yes' } } : { addTaints: [startup] }),
      { exactVersion: true },
    );
    expect(edited?.metadata?.labels).toMatchObject({ late: 'yes' });
    expect(edited?.spec?.taints).toBeUndefined();
  });

  it('takes labels and annotations off', async () => {
    const kube = new FakeKube();
    kube.add(nodes, node({ metadata: { name: 'n1', labels: { 'a/b': 'c' }, annotations: { '~x': 'y' } } }));
    await editNode(kube, 'n1', () => ({ labels: { 'a/b': null, none: null }, annotations: { '~x': null } }));
    expect(kube.peek(nodes, 'n1')?.metadata).toMatchObject({ labels: {}, annotations: {} });
  });
});

describe('the patch of a node edit', () => {
  const plain = { noNullPrototype: true };
  const taint: fc.Arbitrary<Taint> = fc.record(
    {
      key: fc.constantFrom('a', 'b', 'c'),
      effect: fc.constantFrom('NoSchedule', 'NoExecute', 'PreferNoSchedule'),
    },
    plain,
  );
  const notes = fc.dictionary(fc.constantFrom('x/y', 'z~'), fc.constantFrom('1', '2'), plain);
  const taints = fc.uniqueArray(taint, { selector: ({ key, effect }) => key + effect });
  const edit: fc.Arbitrary<NodeEdit> = fc.record({
    addTaints: taints,
    removeTaintKeys: fc.subarray(['a', 'b', 'c']),
    annotations: fc.dictionary(fc.constantFrom('x/y', 'z~'), fc.option(fc.constantFrom('1', '2')), plain),
  });
  const original = fc.record({
    taints: fc.option(taints, { nil: undefined }),
    annotations: fc.option(notes, { nil: undefined }),
  });

  const idOf = ({ key, effect }: Taint): string => `${key}:${effect}`;

  /** Taints by identity: what stays, and what is asked for. */
  const modelTaints = (before: Taint[], { addTaints = [], removeTaintKeys = [] }: NodeEdit): string[] => {
    const asked = addTaints.map(idOf);
    const stays = before.filter((it) => !removeTaintKeys.includes(it.key) || asked.includes(idOf(it)));
    return [...new Set([...stays.map(idOf), ...asked])];
  };

  it('leads to the wanted state, keeps foreign taints, and is empty the second time', () => {
    fc.assert(
      fc.property(original, edit, ({ taints: before, annotations }, wanted) => {
        const metadata = { name: 'n1', uid: 'u', ...(annotations ? { annotations } : {}) };
        const read = node({ metadata, spec: before ? { taints: before } : {} });
        const operations = nodeEditPatch(read, wanted);
        const after = operations ? applyJsonPatch(read, operations) : read;
        expect(((after.spec?.taints ?? []) as Taint[]).map(idOf)).toEqual(modelTaints(before ?? [], wanted));
        const merged = Object.entries({ ...annotations, ...wanted.annotations });
        expect(after.metadata?.annotations ?? {}).toEqual(
          Object.fromEntries(merged.filter(([, value]) => value !== null)),
        );
        expect(nodeEditPatch(after, wanted)).toBeUndefined();
      }),
    );
  });
});
