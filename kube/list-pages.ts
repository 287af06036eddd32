import { allPages } from './all-pages.ts';
import type { KubeApi, ListOptions, ResourceType } from './api.ts';

/** Which objects. */
export interface ListSource<T> {
  kube: KubeApi;
  type: ResourceType<T>;
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
}

/** The selection as a request's options. */
export function selection(source: ListSource<unknown>): ListOptions {
  const { namespace, labelSelector, fieldSelector } = source;
  return {
    ...(namespace === undefined ? {} : { namespace }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(fieldSelector === undefined ? {} : { fieldSelector }),
  };
}

/** A consistent list, each page reduced by `project` before the next is asked for: the whole is never in memory. */
export async function listPages<T>(
  source: ListSource<T>,
  project: (object: T) => T,
  signal: AbortSignal,
): Promise<{ items: T[]; resourceVersion: string }> {
  const pages = await allPages(async (paging) => {
    const page = await source.kube.list(source.type, { ...selection(source), ...paging, signal });
    return { ...page, items: page.items.map(project) };
  });
  return {
    items: pages.flatMap(({ items }) => items),
    resourceVersion: pages.at(-1)?.metadata.resourceVersion ?? '',
  };
}
