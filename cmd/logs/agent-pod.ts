import { AGENT_APP, AGENT_NAMESPACE, APP_LABEL } from '../../api/keys.ts';
import type { KubeApi, ListOptions } from '../../kube/api.ts';
import { isForbidden } from '../../kube/errors.ts';
import { nodes, pods, type Pod } from '../../kube/resources.ts';
import { Failure } from '../errors/exit.ts';

/** Container of the agent in its pod. */
export const AGENT_CONTAINER = 'agent';

/** A pod's place in the API. */
export interface PodName {
  namespace: string;
  name: string;
}

/** The agent's newest pod on a node; rejects with the server's 404 for an unknown node, with Failure when none is there. */
export async function agentPod(kube: KubeApi, node: string): Promise<PodName> {
  const [newest] = (await agentPods(kube, node)).sort((a, b) => bornAt(b) - bornAt(a));
  if (newest !== undefined) {
    return { namespace: newest.metadata?.namespace ?? '', name: newest.metadata?.name ?? '' };
  }
  await kube.get(nodes, node);
  throw new Failure(`no ${AGENT_APP} runs on node ${node}`, {
    next: `See where it should run: kubectl get daemonsets -A -l ${APP_LABEL}=${AGENT_APP}`,
  });
}

/** Wherever it was installed; only in the usual namespace when the account may not look into all. */
async function agentPods(kube: KubeApi, node: string): Promise<Pod[]> {
  const query: ListOptions = {
    labelSelector: `${APP_LABEL}=${AGENT_APP}`,
    fieldSelector: `spec.nodeName=${node}`,
  };
  try {
    return (await kube.listAll(pods, query)).items;
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return (await kube.listAll(pods, { ...query, namespace: AGENT_NAMESPACE })).items;
  }
}

const bornAt = ({ metadata }: Pod): number => Date.parse(metadata?.creationTimestamp ?? '') || 0;
