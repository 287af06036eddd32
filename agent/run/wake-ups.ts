import { NODE_LABEL, PAUSED } from '../../api/keys.ts';
import type { NVMeNode } from '../../api/node.ts';
import type { KubeApi, ResourceType } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { Reflector } from '../../kube/reflector.ts';
import { nodes, nvmeNodes, nvmeProfiles, persistentVolumes, type Node } from '../../kube/resources.ts';
import type { Change } from '../../kube/store.ts';

export interface WakeUpOptions {
  kube: KubeApi;
  clock: Clock;
  nodeName: string;
  /** Called at every change that a round could care about. */
  wake: () => void;
  onError: (error: unknown) => void;
}

/** Watches what concerns this node, so that the agent acts at once and sleeps otherwise; ends with the signal. */
export async function watchCluster(options: WakeUpOptions, signal: AbortSignal): Promise<void> {
  const { nodeName, wake } = options;
  const own = { fieldSelector: `metadata.name=${nodeName}` };
  const node = reflector(options, nodes, own);
  node.subscribe((change) => {
    if (concerns(change)) wake();
  });
  const nvmeNode = reflector(options, nvmeNodes, own);
  nvmeNode.subscribe((change) => {
    if (isOrder(change)) wake();
  });
  const others = [
    reflector(options, nvmeProfiles, {}),
    reflector(options, persistentVolumes, { labelSelector: `${NODE_LABEL}=${nodeName}` }),
  ];
  for (const other of others) other.subscribe(() => wake());
  await Promise.all([node, nvmeNode, ...others].map((one) => one.run(signal)));
}

function reflector<T>(
  { kube, clock, onError }: WakeUpOptions,
  type: ResourceType<T>,
  selector: { fieldSelector?: string; labelSelector?: string },
): Reflector<T> {
  return new Reflector<T>({ kube, clock, type, onError, ...selector });
}

/** Its status is what we write ourselves: only a new object, its spec and its owner are somebody else's word. */
function isOrder(change: Change<NVMeNode>): boolean {
  if (change.kind !== 'updated') return true;
  const word = ({ metadata }: NVMeNode) =>
    JSON.stringify([metadata.uid, metadata.generation, metadata.ownerReferences]);
  return word(change.old) !== word(change.object);
}

/** The kubelet touches its Node every few minutes, and only some of its fields are ours to act on. */
function concerns(change: Change<Node>): boolean {
  return change.kind !== 'updated' || essence(change.old) !== essence(change.object);
}

const essence = ({ metadata, spec, status }: Node): string =>
  JSON.stringify([
    metadata?.uid,
    metadata?.labels,
    metadata?.annotations?.[PAUSED],
    spec?.taints?.map(({ key }) => key),
    status?.nodeInfo?.bootID,
  ]);
