import type { KubeApi } from '../../kube/api.ts';
import { isForbidden } from '../../kube/errors.ts';
import { pods, type Pod } from '../../kube/resources.ts';
import type { NodeSelection } from '../cli/node-selection.ts';
import { collect } from '../status/collect.ts';
import type { HugepageFacts } from '../../spdk/pools.ts';

/** The facts of each node, what could not be read, and gaps that the reader should know of. */
export interface CollectedHugepages {
  facts: HugepageFacts[];
  errors: unknown[];
  notes: string[];
}

/** Reads nodes, reports and pods live; without the right to list pods nobody knows what is free. */
export async function collectHugepages(kube: KubeApi, selection: NodeSelection): Promise<CollectedHugepages> {
  const notes: string[] = [];
  const { view, errors } = await collect(kube, selection);
  const [only, ...others] = view.nodes.map(({ metadata }) => metadata?.name ?? '');
  const selector =
    only !== undefined && others.length === 0 ? { fieldSelector: `spec.nodeName=${only}` } : {};
  const running = await listPods(kube, selector, notes);
  const facts = view.nodes.map((node) => ({
    node,
    nvmeNode: view.nvmeNodes.find(({ metadata }) => metadata.name === node.metadata?.name),
    pods: running?.filter(({ spec }) => spec?.nodeName === node.metadata?.name),
  }));
  return { facts, errors, notes };
}

async function listPods(
  kube: KubeApi,
  selector: { fieldSelector?: string },
  notes: string[],
): Promise<Pod[] | undefined> {
  try {
    return (await kube.listAll(pods, selector)).items;
  } catch (error) {
    if (!isForbidden(error)) throw error;
    notes.push(`What is free is not known: ${error instanceof Error ? error.message : ''}`);
    return undefined;
  }
}
