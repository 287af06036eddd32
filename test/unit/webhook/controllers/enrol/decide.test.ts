import { describe, expect, it } from 'vitest';
import {
  EXEMPT,
  PAUSED,
  PROTECTED,
  READY_BOOT_ID,
  STARTUP_TAINT_KEY,
  TAINTED,
} from '../../../../../api/keys.ts';
import type { NVMeNode } from '../../../../../api/node.ts';
import type { NVMeProfileSpecInput } from '../../../../../api/profile.ts';
import type { Node } from '../../../../../kube/resources.ts';
import {
  decideEnrolment,
  decideNode,
  decideTaints,
} from '../../../../../webhook/controllers/enrol/decide.ts';
import { node, nvmeNode, nvmeProfile } from '../../../../builders/objects.ts';

const TAINT = { key: STARTUP_TAINT_KEY, effect: 'NoSchedule' };
const RECORD = `${STARTUP_TAINT_KEY}:NoSchedule`;
const BORN = '2026-01-02T00:00:00Z';

/** A node that the profile `fast` (made on 1 January) matches, born a day later, in boot `boot-1`. */
function matching(
  annotations: Record<string, string> = {},
  taints: { key: string; effect: string }[] = [],
): Node {
  return node({
    metadata: { name: 'n1', uid: 'node-1', labels: { disk: 'nvme' }, annotations, creationTimestamp: BORN },
    spec: { taints },
  });
}
const profile = (spec: NVMeProfileSpecInput = {}, name = 'fast') =>
  nvmeProfile({ metadata: { name, creationTimestamp: '2026-01-01T00:00:00Z' }, spec });
const owned = (spec: NVMeNode['spec'] = { profile: 'fast' }, uid = 'node-1'): NVMeNode => ({
  ...nvmeNode({
    metadata: {
      name: 'n1',
      uid: 'own',
      resourceVersion: '7',
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n1', uid }],
    },
  }),
  spec,
});

describe('the taint of a node', () => {
  it('is added, and noted as ours, when a matching node slipped past the webhook', () => {
    expect(decideTaints(matching(), [profile()])).toMatchObject({
      addTaints: [TAINT],
      annotations: { [TAINTED]: RECORD },
    });
  });

  it('is not touched when it is there', () => {
    expect(decideTaints(matching({}, [TAINT]), [profile()])).toBeUndefined();
  });

  it('stays off in the boot that was ready, and comes back in another', () => {
    expect(decideTaints(matching({ [READY_BOOT_ID]: 'boot-1' }), [profile()])).toBeUndefined();
    expect(decideTaints(matching({ [READY_BOOT_ID]: 'boot-0' }), [profile()])).toMatchObject({
      addTaints: [TAINT],
    });
  });

  it('stays off a node that was ready and tells no boot ID', () => {
    const silent = matching({ [READY_BOOT_ID]: 'boot-1' });
    delete silent.status;
    expect(decideTaints(silent, [profile()])).toBeUndefined();
  });

  it.each([EXEMPT, PAUSED])('stays as it is with the annotation %s', (key) => {
    expect(decideTaints(matching({ [key]: '' }), [profile()])).toBeUndefined();
    expect(decideTaints(matching({ [key]: '', [TAINTED]: RECORD }, [TAINT]), [])).toBeUndefined();
  });

  it('is not put on nodes older than the profile, unless it says so or they were ready before', () => {
    const younger = nvmeProfile({ metadata: { name: 'fast', creationTimestamp: '2026-01-03T00:00:00Z' } });
    expect(decideTaints(matching(), [younger])).toBeUndefined();
    expect(decideTaints(matching({ [READY_BOOT_ID]: 'boot-0' }), [younger])).toBeDefined();
    expect(
      decideTaints(matching(), [{ ...younger, spec: { ...younger.spec, taintExisting: true } }]),
    ).toBeDefined();
  });

  it('is taken off when no profile matches any more, if it is ours', () => {
    expect(
      decideTaints(matching({ [TAINTED]: RECORD }, [TAINT, { key: 'other', effect: 'NoSchedule' }]), []),
    ).toEqual({
      removeTaintKeys: [STARTUP_TAINT_KEY],
      annotations: { [TAINTED]: null },
    });
  });

  it('stays when no profile matches and somebody else put it on', () => {
    expect(decideTaints(matching({}, [TAINT]), [])).toBeUndefined();
    expect(
      decideTaints(matching({ [TAINTED]: RECORD }, [{ ...TAINT, effect: 'NoExecute' }]), []),
    ).toBeUndefined();
  });

  it('follows a profile whose key changed', () => {
    const renamed = profile({ taints: [{ key: 'new', effect: 'NoSchedule' }] });
    expect(decideTaints(matching({ [TAINTED]: RECORD }, [TAINT]), [renamed])).toEqual({
      addTaints: [{ key: 'new', effect: 'NoSchedule' }],
      removeTaintKeys: [STARTUP_TAINT_KEY],
      annotations: { [TAINTED]: 'new:NoSchedule' },
    });
  });

  it('is not put on a node that is being deleted', () => {
    const leaving = matching();
    leaving.metadata = { ...leaving.metadata, deletionTimestamp: BORN };
    expect(decideTaints(leaving, [profile()])).toBeUndefined();
  });
});

describe('the NVMeNode of a node', () => {
  it('is made for a matching node, owned by that very Node', () => {
    expect(decideEnrolment(matching(), [profile()], undefined)).toMatchObject({
      kind: 'create',
      object: { metadata: { name: 'n1', ownerReferences: [{ uid: 'node-1' }] }, spec: { profile: 'fast' } },
    });
  });

  it('is not made when no profile matches or the node is exempt', () => {
    expect(decideEnrolment(matching(), [], undefined)).toBeUndefined();
    expect(decideEnrolment(matching({ [EXEMPT]: '' }), [profile()], undefined)).toBeUndefined();
  });

  it('is left alone when it is right', () => {
    expect(decideEnrolment(matching(), [profile()], owned())).toBeUndefined();
  });

  it('is replaced when it belongs to an earlier machine of the name', () => {
    expect(decideEnrolment(matching(), [profile()], owned({ profile: 'fast' }, 'node-0'))).toEqual({
      kind: 'delete-stale',
      uid: 'own',
      resourceVersion: '7',
    });
  });

  it('follows the profile of the highest priority, and loses it when none matches', () => {
    const better = profile({ priority: 5 }, 'better');
    expect(decideEnrolment(matching(), [profile(), better], owned())).toMatchObject({
      kind: 'set-profile',
      profile: 'better',
    });
    expect(decideEnrolment(matching(), [], owned())).toMatchObject({ kind: 'set-profile', profile: null });
  });

  it('keeps what a person ordered, as long as that profile exists', () => {
    const request = { id: 'r1', type: 'setup' as const };
    const chosen = profile({ nodeSelector: { matchLabels: { disk: 'other' } } }, 'chosen');
    const ordered = owned({ profile: 'chosen', request });
    expect(decideEnrolment(matching(), [profile(), chosen], ordered)).toBeUndefined();
    expect(decideEnrolment(matching(), [profile()], ordered)).toMatchObject({ profile: 'fast' });
    const inline = owned({ overrides: { layout: { type: 'RAID' } }, request });
    expect(decideEnrolment(matching(), [profile()], inline)).toBeUndefined();
  });
});

describe('the protection of a node with bound volumes', () => {
  const [scaleDown, disrupt] = [
    'cluster-autoscaler.kubernetes.io/scale-down-disabled',
    'karpenter.sh/do-not-disrupt',
  ];
  const ready = { [READY_BOOT_ID]: 'boot-1' };
  const ours = { ...ready, [scaleDown]: 'true', [disrupt]: 'true', [PROTECTED]: `${scaleDown},${disrupt}` };
  const protecting = profile({ cleanup: { protect: 'Bound' } });
  const decide = (annotations: Record<string, string>, bound: boolean, of = protecting) =>
    decideNode(matching(annotations), [of], () => bound)?.annotations;

  it('tells both autoscalers, and remembers what it set', () => {
    expect(decide(ready, true)).toEqual({
      [scaleDown]: 'true',
      [disrupt]: 'true',
      [PROTECTED]: `${scaleDown},${disrupt}`,
    });
    expect(decide(ours, true)).toBeUndefined();
    // Taken off by hand, it comes back as long as the volume is bound.
    const edited = Object.fromEntries(Object.entries(ours).filter(([key]) => key !== disrupt));
    expect(decide(edited, true)).toEqual({ [disrupt]: 'true', [PROTECTED]: `${scaleDown},${disrupt}` });
  });

  it('is taken off when nothing is bound any more, or the profile does not ask for it', () => {
    const off = { [scaleDown]: null, [disrupt]: null, [PROTECTED]: null };
    expect(decide(ours, false)).toEqual(off);
    expect(decide(ours, true, profile())).toEqual(off);
  });

  it('leaves alone what a person set or changed', () => {
    const theirs = { ...ready, [disrupt]: 'true' };
    expect(decide(theirs, true)).toEqual({ [scaleDown]: 'true', [PROTECTED]: scaleDown });
    expect(decide({ ...theirs, [scaleDown]: 'true', [PROTECTED]: scaleDown }, false)).toEqual({
      [scaleDown]: null,
      [PROTECTED]: null,
    });
    expect(decide({ ...ours, [scaleDown]: 'false' }, false)).toEqual({ [disrupt]: null, [PROTECTED]: null });
    expect(decide({ ...ours, [scaleDown]: 'false' }, true)).toBeUndefined();
  });

  it('does not ask for it without volumes, nor on a paused node', () => {
    expect(decide(ready, false)).toBeUndefined();
    expect(decide({ ...ready, [PAUSED]: '' }, true)).toBeUndefined();
  });

  it('goes into the same write as the taint', () => {
    const edit = decideNode(matching(), [protecting], () => true);
    expect(edit?.addTaints).toEqual([TAINT]);
    expect(Object.keys(edit?.annotations ?? {}).sort()).toEqual(
      [scaleDown, disrupt, PROTECTED, TAINTED].sort(),
    );
  });
});
