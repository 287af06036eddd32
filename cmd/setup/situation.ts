import type { NVMeNode } from '../../api/node.ts';
import type { NVMeProfile } from '../../api/profile.ts';
import type { KubeApi } from '../../kube/api.ts';
import { nodes, nvmeNodes, nvmeProfiles, type Node } from '../../kube/resources.ts';
import { absent } from '../../kube/absent.ts';
import { installed } from '../read/installed.ts';
import { matchingProfile } from '../status/matching-profile.ts';
import type { SetupOrder } from './order.ts';

/** The cluster as set-up finds it. */
export interface Situation {
  node: Node & { metadata: { name: string; uid: string } };
  /** Absent when nothing enrolled the node. */
  nvmeNode?: NVMeNode;
  /** The profile that would rule: the ordered one, else the NVMeNode's, else the one that matches. */
  profile?: NVMeProfile;
}

/** Reads the Node, its NVMeNode and the profile; rejects with the server's 404 for an unknown node or profile. */
export async function readSituation(kube: KubeApi, order: SetupOrder): Promise<Situation> {
  const node = await kube.get(nodes, order.node);
  const nvmeNode = await absent(installed(kube.get(nvmeNodes, order.node), nvmeNodes));
  const profile = await readProfile(kube, order, node, nvmeNode);
  const { metadata } = node;
  return {
    node: { ...node, metadata: { ...metadata, name: order.node, uid: metadata?.uid ?? '' } },
    ...(nvmeNode ? { nvmeNode } : {}),
    ...(profile ? { profile } : {}),
  };
}

async function readProfile(
  kube: KubeApi,
  order: SetupOrder,
  node: Node,
  nvmeNode: NVMeNode | undefined,
): Promise<NVMeProfile | undefined> {
  if (order.profile !== undefined) return kube.get(nvmeProfiles, order.profile);
  const enrolled = nvmeNode?.spec?.profile;
  if (enrolled !== undefined) return absent(kube.get(nvmeProfiles, enrolled));
  return matchingProfile(node, (await kube.listAll(nvmeProfiles)).items)?.profile;
}
