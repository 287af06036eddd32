import type { NVMeNode } from '../../api/node.ts';
import { slim } from '../../kube/projection.ts';
import type { Node, Pod } from '../../kube/resources.ts';

/** What the controllers read of a Node; images, addresses and conditions are most of its size and of its changes. */
export function slimNode(node: Node): Node {
  const { nodeInfo } = node.status ?? {};
  return slim({ ...node, status: nodeInfo === undefined ? {} : { nodeInfo } });
}

/** An NVMeNode without what only people and the agent read: the inventory is larger than all the rest. */
export function slimNVMeNode(object: NVMeNode): NVMeNode {
  const { status } = object;
  if (status === undefined) return slim(object);
  const { inventory: _inventory, plan: _plan, resetPlan: _resetPlan, ...rest } = status;
  return slim({ ...object, status: rest });
}

/** What clean-up reads of a Pod: where it runs, which claims it uses, and who would make it again. */
export function slimPod({ metadata, spec, status }: Pod): Pod {
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
