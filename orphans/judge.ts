import type { NVMeNode } from '../api/node.ts';
import type { Node } from '../kube/resources.ts';
import { findByReport } from './proof.ts';
import type { OwnVolume } from './volume.ts';

/** What makes a volume an orphan. As long as it stays the same, the grace period runs on. */
export type Evidence =
  /** No Node of that name. */
  | { kind: 'absent' }
  /** A Node of that name with this UID, whose agent proved that the volume is not on its drives. */
  | { kind: 'replaced'; nodeUID: string }
  /** The same Node, whose agent proved in this boot that the volume is not on its drives any more. */
  | { kind: 'lost'; bootID: string }
  /** A Node of that name with this UID that proved nothing; a person released the volume by its UID. */
  | { kind: 'approved'; nodeUID: string };

/** What is to be thought of one volume. */
export type Judgement =
  | { verdict: 'kept' }
  /** Found on the drives of a machine that registered again: the PV's node UID has to follow. */
  | { verdict: 'found'; nodeUID: string }
  /** Perhaps gone, not proved: nothing may be deleted. */
  | { verdict: 'held'; reason: string }
  | { verdict: 'orphan'; evidence: Evidence; reason: string };

/** The Node that carries a volume, as far as the API server knows. */
export interface Whereabouts {
  /** The Node of that name. */
  node: Node | undefined;
  nvmeNode: NVMeNode | undefined;
  /** Name of another Node that carries the volume's hostname label. */
  namesake?: string | undefined;
}

/** Judges one volume; made on the caches, and once more on live objects right before each delete. */
export function judge(volume: OwnVolume, { node, nvmeNode, namesake }: Whereabouts): Judgement {
  if (volume.nodeUID === undefined) return held('the volume does not say which Node UID it belongs to');
  if (node === undefined) {
    if (namesake !== undefined) return held(`node ${namesake} carries its hostname label`);
    return { verdict: 'orphan', evidence: { kind: 'absent' }, reason: `node ${volume.nodeName} is gone` };
  }
  if (node.metadata?.uid === volume.nodeUID) return onItsOwnNode(volume, node);
  return onAnotherNode(volume, node, nvmeNode);
}

const held = (reason: string): Judgement => ({ verdict: 'held', reason });

function onItsOwnNode({ lostInBoot, nodeName }: OwnVolume, node: Node): Judgement {
  if (lostInBoot === undefined) return { verdict: 'kept' };
  if (lostInBoot !== node.status?.nodeInfo?.bootID) {
    return held(`it was found lost in an earlier boot of ${nodeName}; its agent has not looked again`);
  }
  const reason = `its agent found it lost: the drives of ${nodeName} came back without it`;
  return { verdict: 'orphan', evidence: { kind: 'lost', bootID: lostInBoot }, reason };
}

/** Another UID: a new machine of that name, or the same one registered again. Only its agent can tell. */
function onAnotherNode(volume: OwnVolume, node: Node, nvmeNode: NVMeNode | undefined): Judgement {
  const nodeUID = node.metadata?.uid ?? '';
  const finding = findByReport(volume, node, nvmeNode);
  if (finding === 'found') return { verdict: 'found', nodeUID };
  if (finding !== 'absent') return held(finding.unproved);
  const reason = `node ${volume.nodeName} is another machine now, and the volume is not on its drives`;
  return { verdict: 'orphan', evidence: { kind: 'replaced', nodeUID }, reason };
}
