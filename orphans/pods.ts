import type { Pod } from '../kube/resources.ts';
import type { Evidence } from './judge.ts';
import type { ClusterState } from './state.ts';
import type { OwnVolume } from './volume.ts';

/**
 * How a pod that holds an orphan's claim goes. `force`: its kubelet is gone with its machine, nobody would confirm its
 * end. `graceful`: a kubelet is there that must let go of it. `by-hand`: nothing would make it again.
 */
export type PodEnd = 'force' | 'graceful' | 'by-hand';

export interface Holder {
  pod: Pod;
  how: PodEnd;
}

/**
 * Pods of the volume's node that keep its claim from going. Pods without a node are left to their controller: they do
 * not hold a claim that is being deleted (PVC protection counts scheduled pods only), and the StatefulSet controller
 * makes the claim anew.
 */
export function holdersOf(state: ClusterState, volume: OwnVolume, evidence: Evidence): Holder[] {
  const { namespace = '', name = '' } = volume.claim ?? {};
  const users = state.podsByClaim.get(`${namespace}/${name}`) ?? [];
  const bornAt = Date.parse(state.nodes.get(volume.nodeName)?.metadata?.creationTimestamp ?? '');
  return users
    .filter(({ spec }) => spec?.nodeName === volume.nodeName)
    .flatMap((pod) => {
      const end = endOf(pod, evidence, bornAt);
      if (end === undefined) return [];
      return [{ pod, how: hasController(pod) ? end : ('by-hand' as const) }];
    });
}

function endOf(pod: Pod, evidence: Evidence, nodeBornAt: number): 'force' | 'graceful' | undefined {
  if (evidence.kind === 'absent') return 'force';
  const isLeaving = pod.metadata?.deletionTimestamp !== undefined;
  if (evidence.kind === 'lost') return isLeaving ? undefined : 'graceful';
  // The same name on another machine: older pods are the old machine's.
  if (Date.parse(pod.metadata?.creationTimestamp ?? '') < nodeBornAt) return 'force';
  // A younger one was bound here by the lost volume's affinity; it can never start, and would hold the claim for ever.
  return pod.status?.phase === 'Pending' && !isLeaving ? 'graceful' : undefined;
}

const hasController = ({ metadata }: Pod): boolean =>
  (metadata?.ownerReferences ?? []).some(({ controller }) => controller === true);
