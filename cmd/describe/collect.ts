import type { NVMeNodeStatus } from '../../api/node.ts';
import type { KubeApi } from '../../kube/api.ts';
import { podsByClaim } from '../../kube/claims-of-pod.ts';
import { pods, type CoreEvent, type Pod } from '../../kube/resources.ts';
import { Failures } from '../errors/exit.ts';
import { nodeEvents } from '../read/node-events.ts';
import { allOf } from '../read/all-of.ts';
import { optional } from '../read/optional.ts';
import { collect } from '../status/collect.ts';
import type { NodeStorage } from '../status/node-storage.ts';
import { summarizeCluster } from '../status/summarize.ts';

/** Everything that `describe node` tells about one node. */
export interface NodeDescription {
  storage: NodeStorage;
  /** The agent's own report; empty while there is none. */
  status: NVMeNodeStatus;
  /** Pods by `namespace/name` of the claims that they use; absent when the account may not read pods. */
  podsByClaim?: ReadonlyMap<string, readonly Pod[]>;
  /** The newest last; absent when the account may not read events. */
  events?: CoreEvent[];
  /** What the reader should know about gaps. */
  notes: string[];
}

/** Reads one node and what has to do with its drives; rejects with the server's 404 for an unknown node. */
export async function describeNode(kube: KubeApi, name: string): Promise<NodeDescription> {
  const notes: string[] = [];
  const onNode = { fieldSelector: `spec.nodeName=${name}` };
  const [{ view, errors, notes: gaps }, running, told] = await allOf([
    collect(kube, { names: [name] }),
    optional(kube.listAll(pods, onNode), (why) => notes.push(`Pods are not shown: ${why}`)),
    optional(nodeEvents(kube, name), (why) => notes.push(`Events are not shown: ${why}`)),
  ]);
  if (errors.length > 0) throw new Failures(errors);
  const [storage] = summarizeCluster(view, { all: true });
  if (storage === undefined) throw new Error(`Expected node ${name}, got nothing`);
  return {
    storage,
    status: view.nvmeNodes[0]?.status ?? {},
    notes: [...gaps, ...notes.sort()],
    ...(running ? { podsByClaim: podsByClaim(running) } : {}),
    ...(told ? { events: told } : {}),
  };
}
