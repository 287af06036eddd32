import { CONDITIONS } from '../api/reasons.ts';
import type { Drive } from '../api/drive.ts';
import type { NVMeNode, NVMeNodeStatus } from '../api/node.ts';
import type { Node } from '../kube/resources.ts';
import type { OwnVolume } from './volume.ts';

/** Whether a volume is on a node's drives; `unproved` says what is missing for an answer. */
export type Finding = 'found' | 'absent' | { unproved: string };

/**
 * Reads the agent's report. Absent needs positive proof: a complete look at all drives in this very boot, as many
 * drives as the volume's node had, none of them unreadable, and the volume's identity on none.
 */
export function findByReport(volume: OwnVolume, node: Node, nvmeNode: NVMeNode | undefined): Finding {
  const status = currentStatus(node, nvmeNode);
  if (status === undefined) {
    return {
      unproved: `node ${volume.nodeName} has another UID, and its agent has not reported its drives yet`,
    };
  }
  const same = (status.volumes ?? []).filter(({ name, identity }) =>
    volume.identity === undefined ? name === volume.name : identity === volume.identity,
  );
  if (same.some(({ state }) => state === 'Failed')) return { unproved: 'its agent reports it as Failed' };
  if (same.some(({ state }) => state !== 'Lost')) return 'found';
  return missingProof(volume, status) ?? 'absent';
}

/** The report, if it is about this very Node in this very boot and complete. */
function currentStatus(node: Node, nvmeNode: NVMeNode | undefined): NVMeNodeStatus | undefined {
  const status = nvmeNode?.status;
  const [uid, bootID] = [node.metadata?.uid, node.status?.nodeInfo?.bootID];
  if (status === undefined || uid === undefined || !bootID) return undefined;
  const isThisBoot = status.nodeUID === uid && status.bootID === bootID;
  const isComplete = (status.conditions ?? []).some(
    (condition) => condition.type === CONDITIONS.Discovered && condition.status === 'True',
  );
  return isThisBoot && isComplete ? status : undefined;
}

function missingProof(volume: OwnVolume, { drives = [] }: NVMeNodeStatus): Finding | undefined {
  if (volume.identity === undefined)
    return { unproved: 'the volume does not say what identifies it on a drive' };
  if (volume.driveCount === undefined)
    return { unproved: 'the volume does not say how many drives its node had' };
  const unread = drives.find((drive) => isUnread(drive));
  if (unread) return { unproved: `drive ${unread.path} is ${unread.state}` };
  const local = drives.filter(({ role }) => role === 'Local').length;
  if (local >= volume.driveCount) return undefined;
  return {
    unproved: `node ${volume.nodeName} shows ${local} local drives, its volume was one of ${volume.driveCount}`,
  };
}

/** A drive whose role is not known may be a local one that could not be read. */
const isUnread = ({ role, state }: Drive): boolean =>
  (role === 'Local' || role === 'Other') && (state === 'Unknown' || state === 'Failed');
