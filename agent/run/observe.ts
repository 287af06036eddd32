import { HOSTNAME_LABEL } from '../../api/keys.ts';
import { pauseOf, type Pause } from '../../api/pause.ts';
import type { NVMeNode } from '../../api/node.ts';
import type { NVMeProfile } from '../../api/profile.ts';
import { absent } from '../../kube/absent.ts';
import type { KubeApi, ResourceType } from '../../kube/api.ts';
import {
  nodes,
  nvmeNodes,
  nvmeProfiles,
  persistentVolumes,
  type Node,
  type PersistentVolume,
} from '../../kube/resources.ts';
import type { Order } from '../order/order.ts';
import type { PublishingNode } from '../publish/volume-object.ts';
import { volumesOnNode } from '../publish/known-volumes.ts';

/** What the cluster says about this node, read live: every decision rests on it. */
export interface Observation {
  node: Node;
  publishing: PublishingNode;
  nvme: NVMeNode;
  profile?: NVMeProfile;
  /** A person, or a reset, stopped all changes on this node. */
  pause?: Pause;
  /** What a person gave up by the request that is being carried out. */
  order?: Order;
  /** PVs of any provisioner that lie, or may lie, on this node. */
  volumes: PersistentVolume[];
}

/** The agent may do nothing yet, and waits; `message` says for what. */
export class NotYet extends Error {
  override readonly name = 'NotYet';
}

/**
 * Reads the node's objects. Throws NotYet while they do not speak of this boot of this machine: then acting on them could
 * set up, or publish, for another.
 */
export async function observe(
  kube: KubeApi,
  name: string,
  hostBootID: string,
  signal?: AbortSignal,
): Promise<Observation> {
  const options = signal ? { signal } : {};
  const read = <T>(type: ResourceType<T>, one: string) => absent(kube.get(type, one, options));
  // All at once: a round asks several times, and each answer takes its time.
  const [found, enrolled, all] = await Promise.all([
    read(nodes, name),
    read(nvmeNodes, name),
    kube.listAll(persistentVolumes, options),
  ]);
  const node = nodeOfThisBoot(found, name, hostBootID);
  const uid = node.metadata?.uid ?? '';
  const nvme = enrolledNode(enrolled, name, uid);
  const profileName = nvme.spec?.profile;
  const profile = profileName === undefined ? undefined : await read(nvmeProfiles, profileName);
  const hostname = node.metadata?.labels?.[HOSTNAME_LABEL] ?? name;
  const pause = pauseOf(node.metadata?.annotations);
  return {
    node,
    nvme,
    publishing: { name, uid, hostname },
    volumes: volumesOnNode(all.items, { name, hostname }),
    ...(profile === undefined ? {} : { profile }),
    ...(pause === undefined ? {} : { pause }),
  };
}

function nodeOfThisBoot(node: Node | undefined, name: string, hostBootID: string): Node {
  if (node === undefined) throw new NotYet(`node "${name}" has not registered`);
  const bootID = node.status?.nodeInfo?.bootID ?? '';
  if (bootID === hostBootID) return node;
  throw new NotYet(`node "${name}" shows boot ID "${bootID}", and this boot is "${hostBootID}"`);
}

function enrolledNode(nvme: NVMeNode | undefined, name: string, uid: string): NVMeNode {
  if (nvme === undefined) {
    throw new NotYet(
      `no NVMeNode "${name}": no profile matches, or nvme-webhook has not enrolled the node yet`,
    );
  }
  const owner = nvme.metadata.ownerReferences?.find(({ kind }) => kind === 'Node')?.uid;
  if (owner === uid) return nvme;
  throw new NotYet(`NVMeNode "${name}" belongs to an earlier node of that name (UID ${owner ?? 'none'})`);
}
