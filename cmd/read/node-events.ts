import type { KubeApi } from '../../kube/api.ts';
import { events, type CoreEvent } from '../../kube/resources.ts';

/** The Events about a Node and its NVMeNode, the newest last. Needs list of events. */
export async function nodeEvents(kube: KubeApi, name: string): Promise<{ items: CoreEvent[] }> {
  const { items } = await kube.listAll(events, { fieldSelector: `involvedObject.name=${name}` });
  return { items: items.filter(isAboutNode).sort((a, b) => timeOf(a) - timeOf(b)) };
}

/** Pods and others may have a node's name too. */
const isAboutNode = ({ involvedObject }: CoreEvent): boolean =>
  involvedObject.kind === 'Node' || involvedObject.kind === 'NVMeNode';

const timeOf = ({ lastTimestamp, firstTimestamp }: CoreEvent): number =>
  Date.parse(lastTimestamp ?? firstTimestamp ?? '') || 0;
