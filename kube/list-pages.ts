import type { KubeApi, ListOptions, ResourceType } from './api.ts';
import { isGone } from './errors.ts';
import { firstSet } from './first-set.ts';

/** Objects a page: 500 nodes of 12 kB are 6 MB of JSON at once. */
export const PAGE_SIZE = 500;

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

/**
 * A consistent list, page by page, each reduced by `project` before the next is asked for, so that the whole is
 * never in memory. When the server forgets the snapshot between two pages, the list is taken anew in one piece.
 */
export async function listPages<T>(
  source: ListSource<T>,
  project: (object: T) => T,
  signal: AbortSignal,
): Promise<{ items: T[]; resourceVersion: string }> {
  const items: T[] = [];
  let token: string | undefined;
  do {
    const paging = { limit: PAGE_SIZE, ...(token === undefined ? {} : { continue: token }) };
    const page = await source.kube
      .list(source.type, { ...selection(source), ...paging, signal })
      .catch((error: unknown) => {
        if (token === undefined || !isGone(error)) throw error;
        items.length = 0;
        return source.kube.list(source.type, { ...selection(source), signal });
      });
    items.push(...page.items.map(project));
    token = firstSet(page.metadata.continue);
    if (token === undefined) return { items, resourceVersion: page.metadata.resourceVersion ?? '' };
  } while (!signal.aborted);
  throw signal.reason;
}
