import type { NVMeNode } from '../../api/node.ts';
import type { NVMeProfile } from '../../api/profile.ts';
import type { Node, PersistentVolume } from '../../kube/resources.ts';

/** The objects that `status` is made from. */
export interface ClusterView {
  nodes: readonly Node[];
  nvmeNodes: readonly NVMeNode[];
  /** Absent when the account may not read them: then the agents' own reports are shown. */
  volumes?: readonly PersistentVolume[];
  profiles: readonly NVMeProfile[];
}

/** The objects of one node; `node` is absent when it is gone, `nvmeNode` when nothing enrolled it. */
export interface NodeParts {
  name: string;
  node?: Node;
  nvmeNode?: NVMeNode;
  volumes?: readonly PersistentVolume[];
  profiles: readonly NVMeProfile[];
}
