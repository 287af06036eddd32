import type { NVMeNode } from '../../api/node.ts';
import { hugepageResource } from '../../kube/pod-requests.ts';
import { slim } from '../../kube/projection.ts';
import type { Node, Pod } from '../../kube/resources.ts';

/** What the controllers read of a Node; images, addresses and conditions are most of its size and of its changes. */
export function slimNode(node: Node): Node {
  const { nodeInfo, capacity, allocatable } = node.status ?? {};
  const status = { nodeInfo, capacity: hugepagesIn(capacity), allocatable: hugepagesIn(allocatable) };
  return slim({ ...node, status: dropAbsent(status) });
}

type Quantities = Record<string, string> | undefined;

/** Only the hugepages, which most nodes have none of. */
function hugepagesIn(quantities: Quantities): Quantities {
  const some = Object.entries(quantities ?? {}).filter(
    ([name, quantity]) => name.startsWith(hugepageResource('')) && quantity !== '0',
  );
  return some.length === 0 ? undefined : Object.fromEntries(some);
}

/** An NVMeNode without what only people and the agent read: the inventory is larger than all the rest. */
export function slimNVMeNode(object: NVMeNode): NVMeNode {
  const { status } = object;
  if (status === undefined) return slim(object);
  const { inventory: _inventory, plan: _plan, resetPlan: _resetPlan, ...rest } = status;
  return slim({ ...object, status: rest });
}

/**
 * What clean-up reads of a Pod: where it runs, which claims it uses, and who would make it again. Of the few that ask for
 * hugepages also how many, whose they are and whether they are ready.
 */
export function slimPod(pod: Pod): Pod {
  const { metadata, spec, status } = pod;
  const slimmed = slimmest(pod);
  if (spec === undefined || !asksForHugepages(spec)) return slimmed;
  const { containers, initContainers, overhead } = spec;
  const resources = (spec as PodResources).resources;
  const ready = status?.conditions?.filter(({ type }) => type === 'Ready');
  return {
    metadata: { ...slimmed.metadata, ...dropAbsent({ labels: metadata?.labels }) },
    spec: {
      ...slimmed.spec,
      ...dropAbsent({ initContainers: initContainers?.map(onlyAsks), overhead, resources }),
      containers: containers.map(onlyAsks),
    },
    status: { ...slimmed.status, ...dropAbsent({ conditions: ready }) },
  };
}

type PodSpec = NonNullable<Pod['spec']>;
type Container = PodSpec['containers'][number];
/** The whole pod's resources, newer than the client's types. */
interface PodResources {
  resources?: Container['resources'];
}

function asksForHugepages(spec: PodSpec): boolean {
  const askers: PodResources[] = [spec, ...spec.containers, ...(spec.initContainers ?? [])];
  return askers.some(({ resources }) =>
    [resources?.limits, resources?.requests].some((quantities) => hugepagesIn(quantities) !== undefined),
  );
}

const onlyAsks = ({ name, resources, restartPolicy }: Container): Container => ({
  name,
  ...dropAbsent({ resources, restartPolicy }),
});

function slimmest({ metadata, spec, status }: Pod): Pod {
  const { name, namespace, uid, resourceVersion, creationTimestamp, deletionTimestamp, ownerReferences } =
    metadata ?? {};
  const claims = (spec?.volumes ?? []).filter(
    ({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim !== undefined || ephemeral !== undefined,
  );
  return {
    metadata: dropAbsent({
      name,
      namespace,
      uid,
      resourceVersion,
      creationTimestamp,
      deletionTimestamp,
      ownerReferences,
    }),
    spec: { containers: [], volumes: claims, ...dropAbsent({ nodeName: spec?.nodeName }) },
    status: dropAbsent({ phase: status?.phase }),
  };
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function dropAbsent<T extends object>(object: T): Present<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Present<T>;
}
