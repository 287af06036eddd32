import { HOSTNAME_LABEL } from '../../api/keys.ts';
import type { NVMeNode } from '../../api/node.ts';
import type { NVMeProfile } from '../../api/profile.ts';
import type { KubeApi } from '../../kube/api.ts';
import { ApiError } from '../../kube/errors.ts';
import { podLogPath } from '../../kube/pod-log.ts';
import {
  events,
  nodes,
  nvmeNodes,
  nvmeProfiles,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  type CoreEvent,
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
} from '../../kube/resources.ts';
import { isTied, namesOf } from '../drain-check/tied-volumes.ts';
import { Failure } from '../errors/exit.ts';
import { AGENT_CONTAINER, agentPod } from '../logs/agent-pod.ts';
import { absent } from '../../kube/absent.ts';
import { allOf } from '../read/all-of.ts';
import { installed } from '../read/installed.ts';
import { optional } from '../read/optional.ts';

/** Everything of one node that a support bundle is made from; what could not be read is in `notes`. */
export interface NodeFiles {
  node: Node;
  nvmeNode?: NVMeNode;
  profiles: NVMeProfile[];
  volumes: PersistentVolume[];
  claims: PersistentVolumeClaim[];
  pods: Pod[];
  events: CoreEvent[];
  agentLog: string;
  serverVersion: string;
  notes: string[];
}

/** Lines of the agent's log: about a day of rounds without news. */
const LOG_LINES = 1000;

/** Reads what there is; only an unknown node, or one that may not be read, rejects. */
export async function collectNodeFiles(kube: KubeApi, name: string): Promise<NodeFiles> {
  const notes: string[] = [];
  const note = (what: string) => (why: string) => notes.push(`${what}: ${why}`);
  const node = await kube.get(nodes, name);
  const going = new Set(namesOf(node));
  const [nvmeNode, profiles, volumes, claims, running, told, agentLog, serverVersion] = await allOf([
    absent(installed(kube.get(nvmeNodes, name), nvmeNodes)),
    optional(kube.listAll(nvmeProfiles), note('no profiles')),
    optional(kube.listAll(persistentVolumes), note('no volumes')),
    optional(kube.listAll(persistentVolumeClaims), note('no claims')),
    optional(kube.listAll(pods, { fieldSelector: `spec.nodeName=${name}` }), note('no pods')),
    optional(kube.listAll(events, { fieldSelector: `involvedObject.name=${name}` }), note('no events')),
    readLog(kube, name, note('no log')),
    kube.raw('/version'),
  ]);
  const here = (volumes ?? []).filter((volume) => isTied(volume, going) || isLabelled(volume, going));
  return {
    node,
    ...(nvmeNode ? { nvmeNode } : {}),
    profiles: profiles ?? [],
    volumes: here,
    claims: (claims ?? []).filter((claim) => here.some((volume) => isBound(volume, claim))),
    pods: running ?? [],
    events: told ?? [],
    agentLog,
    serverVersion,
    notes: notes.sort(),
  };
}

const isLabelled = ({ metadata }: PersistentVolume, names: ReadonlySet<string>): boolean =>
  names.has(metadata?.labels?.[HOSTNAME_LABEL] ?? '');

const isBound = ({ spec }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean =>
  spec?.claimRef?.name === metadata?.name && spec?.claimRef?.namespace === metadata?.namespace;

/** A node without an agent, or an agent without a log, is no reason to have no bundle. */
async function readLog(kube: KubeApi, node: string, note: (why: string) => unknown): Promise<string> {
  try {
    const pod = await agentPod(kube, node);
    return await kube.raw(podLogPath(pod, { container: AGENT_CONTAINER, tailLines: LOG_LINES }));
  } catch (error) {
    if (!(error instanceof ApiError) && !(error instanceof Failure)) throw error;
    note(error.message);
    return '';
  }
}
