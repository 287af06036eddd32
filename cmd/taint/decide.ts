import { PAUSED, READY_BOOT_ID, TAINTED } from '../../api/keys.ts';
import { handsOff, missingTaints, profileFor } from '../../api/matching.ts';
import { formatPause, type Pause } from '../../api/pause.ts';
import type { NVMeProfile } from '../../api/profile.ts';
import { recordAfter } from '../../api/tainted.ts';
import type { Node } from '../../kube/resources.ts';
import type { NodeEdit } from '../../kube/taints.ts';
import { Failure } from '../errors/exit.ts';
import { startupTaintKeys } from '../status/taints.ts';

/** Takes every startup taint off and pauses the node in the same write, or something would put the taint back. */
export function untaint(node: Node, profiles: readonly NVMeProfile[], note: Pause): NodeEdit {
  const { annotations = {} } = node.metadata ?? {};
  return {
    removeTaintKeys: [...startupTaintKeys(profiles)],
    annotations: {
      // An earlier pause has its own who and why.
      [PAUSED]: annotations[PAUSED] ?? formatPause(note),
      [TAINTED]: null,
    },
  };
}

/**
 * Ends a pause, and puts the profile's taints back on unless the drives are ready in this boot: the rule by which
 * nvme-webhook taints. Throws Failure where it would change nothing for good.
 */
export function taint(node: Node, profiles: readonly NVMeProfile[]): NodeEdit {
  const name = node.metadata?.name ?? '';
  const { annotations = {} } = node.metadata ?? {};
  if (handsOff(node) === 'exempt') {
    throw new Failure(`node ${name} is exempt: everything of kubectl-nvme leaves it alone`);
  }
  const match = profileFor(node, profiles);
  if (match === undefined && !(PAUSED in annotations)) {
    throw new Failure(`no NVMeProfile matches node ${name}, so nothing says how it is to be tainted`, {
      next: 'See the profiles: kubectl nvme list profiles',
    });
  }
  const wanted = match?.spec.taints ?? [];
  const missing = isReady(node) ? [] : missingTaints(node, wanted);
  if (missing.length === 0) return { annotations: { [PAUSED]: null } };
  const record = recordAfter(node, wanted, missing);
  return { addTaints: missing, annotations: { [PAUSED]: null, [TAINTED]: record } };
}

function isReady({ metadata, status }: Node): boolean {
  const ready = metadata?.annotations?.[READY_BOOT_ID];
  return ready !== undefined && ready === status?.nodeInfo?.bootID;
}
