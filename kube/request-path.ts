import type { ListOptions, PatchOptions, ResourceType, WatchOptions } from './api.ts';

type AnyType = ResourceType<unknown>;
type QueryValue = string | number | boolean | undefined;

/** Path of a collection, or of one object when `name` is given. */
export function resourcePath(
  type: AnyType,
  where: { namespace?: string | undefined; name?: string; subresource?: string | undefined },
): string {
  const root = type.group === '' ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const { namespace, name, subresource } = where;
  if (type.namespaced && name !== undefined && !namespace) {
    throw new TypeError(`A namespace is needed to reach ${type.plural} "${name}"`);
  }
  // An empty name would turn a request for one object into one for all of them.
  if (name === '') throw new TypeError(`Expected the name of one of ${type.plural}, got an empty text`);
  const parts = [
    ...(type.namespaced && namespace ? ['namespaces', namespace] : []),
    type.plural,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  return `${root}/${parts.map(encodeURIComponent).join('/')}`;
}

/** `?a=1&b=2` without the fields that are not set. */
export function query(fields: Record<string, QueryValue>): string {
  const set = Object.entries(fields).filter(
    ([, value]) => value !== undefined && value !== '' && value !== false,
  );
  const params = new URLSearchParams(set.map(([key, value]): [string, string] => [key, String(value)]));
  return set.length === 0 ? '' : `?${params.toString()}`;
}

/** Query of a list or a watch. */
export function listQuery(options: ListOptions & Partial<WatchOptions>, watch = false): string {
  return query({
    labelSelector: options.labelSelector,
    fieldSelector: options.fieldSelector,
    limit: options.limit,
    continue: options.continue,
    resourceVersion: options.resourceVersion,
    watch,
    allowWatchBookmarks: options.allowWatchBookmarks,
    timeoutSeconds: options.timeoutSeconds,
    sendInitialEvents: options.sendInitialEvents,
    resourceVersionMatch: options.sendInitialEvents ? 'NotOlderThan' : undefined,
  });
}

/** Query of a write. */
export function writeQuery(options: PatchOptions, force = false): string {
  return query({
    dryRun: options.dryRun ? 'All' : undefined,
    fieldManager: options.fieldManager,
    force,
  });
}
