import { formatPause, pauseOf, PAUSED_BY_RESET, describePause, type Pause } from '../../../api/pause.ts';
import { PAUSED, READY_BOOT_ID, READY_LABEL, TAINTED } from '../../../api/keys.ts';
import type { Taint } from '../../../api/meta.ts';
import type { NodeRequest } from '../../../api/node.ts';
import type { NVMeProfileSpec } from '../../../api/profile.ts';
import { missingTaints } from '../../../api/matching.ts';
import { recordOf } from '../../../api/tainted.ts';
import { editNode } from '../../../kube/edit-node.ts';
import type { KubeApi } from '../../../kube/api.ts';
import type { Node } from '../../../kube/resources.ts';
import type { NodeEdit } from '../../../kube/taints.ts';
import { RefusedOrderError } from '../../order/refused-order-error.ts';

/** Why a person's pause forbids a reset, in words; our own, of an earlier reset, does not. */
export function pauseObstacle(pause: Pause | undefined): string | undefined {
  if (pause === undefined || pause.by === PAUSED_BY_RESET) return undefined;
  return `the node is paused ${describePause(pause)}`;
}

/**
 * Keeps new pods away, and takes the word back that the drives are ready, in the patch that pauses the node: from here
 * on it stays raw until a person asks. Throws RefusedOrderError when a person has paused the node.
 */
export async function pauseForReset(
  kube: KubeApi,
  node: { name: string; uid: string },
  reset: { request: NodeRequest; spec: Pick<NVMeProfileSpec, 'taints'>; now: string },
): Promise<void> {
  const decide = (found: Node): NodeEdit => resetEdit(found, reset);
  await editNode(kube, node.name, decide, { uid: node.uid });
}

function resetEdit(
  node: Node,
  { request, spec, now }: { request: NodeRequest; spec: Pick<NVMeProfileSpec, 'taints'>; now: string },
): NodeEdit {
  const annotations = node.metadata?.annotations;
  const obstacle = pauseObstacle(pauseOf(annotations));
  if (obstacle !== undefined) throw new RefusedOrderError(obstacle);
  const pause = { by: PAUSED_BY_RESET, why: `reset by request ${request.id}`, at: now };
  const addTaints = missingTaints(node, keptOut(spec));
  const own = [...(annotations?.[TAINTED] ?? '').split(','), ...recordOf(addTaints).split(',')];
  return {
    addTaints,
    annotations: {
      [PAUSED]: annotations?.[PAUSED] ?? formatPause(pause),
      // Not taken off: a node that was ready once is no new one.
      [READY_BOOT_ID]: '',
      ...(addTaints.length === 0
        ? {}
        : { [TAINTED]: [...new Set(own)].filter((taint) => taint !== '').join(',') }),
    },
    labels: { [READY_LABEL]: null },
  };
}

/** NoSchedule, whatever effect the profile asks for: a reset drives no pod away that uses none of the drives. */
const keptOut = ({ taints }: Pick<NVMeProfileSpec, 'taints'>): Taint[] =>
  [...new Set(taints.map(({ key }) => key))].map((key) => ({ key, effect: 'NoSchedule' }));
