import type { KubeObject, WatchEvent } from './api.ts';

/** On the bookmark behind the last object of a watch that begins with a list (KEP-3157). */
const LIST_IS_COMPLETE = 'k8s.io/initial-events-end';

/** The objects that a watch with `sendInitialEvents` begins with; undefined when it ends or says anything else before. */
export async function streamedList<T>(
  events: AsyncIterable<WatchEvent<T>>,
  project: (object: T) => T,
): Promise<T[] | undefined> {
  const items: T[] = [];
  for await (const { type, object } of events) {
    if (type === 'ADDED') items.push(project(object));
    else if (type !== 'BOOKMARK') return undefined;
    else if ((object as KubeObject).metadata?.annotations?.[LIST_IS_COMPLETE] === 'true') return items;
  }
  return undefined;
}
