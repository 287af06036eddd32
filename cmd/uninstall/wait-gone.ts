import { NAME_LABEL } from '../../api/parts.ts';
import type { Clock } from '../../kube/clock.ts';
import type { KubeApi } from '../../kube/api.ts';
import { pods } from '../../kube/resources.ts';
import type { ManifestObject } from '../install/bundle.ts';
import type { Deadline } from '../follow/deadline.ts';
import { findObject } from './delete-ours.ts';

export interface WaitOptions {
  kube: KubeApi;
  clock: Clock;
  limit: Deadline;
}

/** A pod's end takes seconds; the garbage collector and the namespace controller work on at their own pace. */
const LOOK_MS = 1_000;

/** Waits until no pod of a program is left; false when the time is over, because a node cannot be reached. */
export function podsGone(namespace: string, program: string, options: WaitOptions): Promise<boolean> {
  const labelSelector = `${NAME_LABEL}=${program}`;
  return untilGone(options, async () => {
    const { items } = await options.kube.list(pods, { namespace, labelSelector, limit: 1 });
    return items.length === 0;
  });
}

/** Waits until none of the objects is there any more; false when the time is over. */
export function objectsGone(objects: readonly ManifestObject[], options: WaitOptions): Promise<boolean> {
  return untilGone(options, async () => {
    const found = await Promise.all(objects.map((object) => findObject(options.kube, object)));
    return found.every((object) => object === undefined);
  });
}

async function untilGone({ clock, limit }: WaitOptions, look: () => Promise<boolean>): Promise<boolean> {
  while (!(await look())) {
    if (limit.expired()) return false;
    await clock.sleep(LOOK_MS, limit.signal).catch((error: unknown) => {
      if (!limit.expired()) throw error;
    });
  }
  return true;
}
