import type { KubeApi } from '../../kube/api.ts';
import { nodes } from '../../kube/resources.ts';
import type { NodeSelection } from '../cli/node-selection.ts';
import { Failure } from '../errors/exit.ts';

/** Names of the nodes that were named, or of those that the selector picks; rejects when it picks none. */
export async function selectedNodes(kube: KubeApi, { names, selector }: NodeSelection): Promise<string[]> {
  if (selector === undefined) return [...names];
  const { items } = await kube.listAll(nodes, { labelSelector: selector });
  if (items.length === 0) throw new Failure(`no node matches the selector ${selector}`);
  return items.map(({ metadata }) => metadata?.name ?? '').sort();
}
