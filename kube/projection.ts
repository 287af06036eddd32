import type { KubeObject } from './api.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * Drops what no decision reads and what fills the memory: managedFields, the last applied configuration, and a
 * node's list of images (5,000 nodes of 12 kB would hold 700 MB otherwise). Changes the object itself: it was just
 * decoded, and nobody else has it.
 */
export function slim<T>(object: T): T {
  const { metadata, status } = object as KubeObject & {
    metadata?: { managedFields?: unknown };
    status?: { images?: unknown };
  };
  if (metadata) {
    delete metadata.managedFields;
    if (metadata.annotations) Reflect.deleteProperty(metadata.annotations, LAST_APPLIED);
  }
  if (status) delete status.images;
  return object;
}
