import type { Node } from '../resources.ts';
import { Fields, texts, timeOf } from './message.ts';
import { metadataFrom } from './metadata.ts';

type Spec = NonNullable<Node['spec']>;
type Status = NonNullable<Node['status']>;
type Taint = NonNullable<Spec['taints']>[number];
type Condition = NonNullable<Status['conditions']>[number];

/** Numbers of the fields: k8s.io/api/core/v1/generated.proto. */
const NODE_INFO = {
  ...{ 1: 'machineID', 2: 'systemUUID', 3: 'bootID', 4: 'kernelVersion', 5: 'osImage' },
  ...{ 6: 'containerRuntimeVersion', 7: 'kubeletVersion', 8: 'kubeProxyVersion' },
  ...{ 9: 'operatingSystem', 10: 'architecture' },
} as const;

/** A Node's metadata, taints, conditions and system: no images, which are most of it, no addresses and no resources. */
export function nodeFrom(message: Buffer): Node {
  const node: Node = { apiVersion: 'v1', kind: 'Node' };
  const fields = new Fields(message);
  while (fields.next()) {
    if (fields.number === 1) node.metadata = metadataFrom(fields.bytes);
    else if (fields.number === 2) node.spec = specFrom(fields.bytes);
    else if (fields.number === 3) node.status = statusFrom(fields.bytes);
  }
  return node;
}

function specFrom(message: Buffer): Spec {
  const spec: Spec = {};
  const fields = new Fields(message);
  while (fields.next()) {
    if (fields.number === 3 && fields.value > 0) spec.providerID = fields.text;
    else if (fields.number === 4 && fields.value === 1) spec.unschedulable = true;
    else if (fields.number === 5) (spec.taints ??= []).push(taintFrom(fields.bytes));
  }
  return spec;
}

function taintFrom(message: Buffer): Taint {
  const taint: Taint = { key: '', effect: '' };
  const fields = new Fields(message);
  while (fields.next()) {
    if (fields.number === 1) taint.key = fields.text;
    else if (fields.number === 2 && fields.value > 0) taint.value = fields.text;
    else if (fields.number === 3) taint.effect = fields.text;
    else if (fields.number === 4) taint.timeAdded = timeOf(fields.bytes);
  }
  return taint;
}

function statusFrom(message: Buffer): Status {
  const status: Status = {};
  const fields = new Fields(message);
  while (fields.next()) {
    if (fields.number === 4) (status.conditions ??= []).push(conditionFrom(fields.bytes));
    else if (fields.number === 7) status.nodeInfo = nodeInfoFrom(fields.bytes);
  }
  return status;
}

/** Without the last heartbeat, which is always new. */
function conditionFrom(message: Buffer): Condition {
  const condition: Condition = { type: '', status: '' };
  const fields = new Fields(message);
  while (fields.next()) {
    if (fields.number === 1) condition.type = fields.text;
    else if (fields.number === 2) condition.status = fields.text;
    else if (fields.value === 0) continue;
    else if (fields.number === 4) condition.lastTransitionTime = timeOf(fields.bytes);
    else if (fields.number === 5) condition.reason = fields.text;
    else if (fields.number === 6) condition.message = fields.text;
  }
  return condition;
}

const nodeInfoFrom = (message: Buffer): NonNullable<Status['nodeInfo']> => ({
  ...{ machineID: '', systemUUID: '', bootID: '', kernelVersion: '', osImage: '' },
  ...{ containerRuntimeVersion: '', kubeletVersion: '', kubeProxyVersion: '' },
  ...{ operatingSystem: '', architecture: '' },
  ...texts(message, NODE_INFO),
});
