/** One operation of RFC 6902, the subset the API server is sent. */
export type JsonPatchOperation =
  { op: 'add' | 'replace' | 'test'; path: string; value: unknown } | { op: 'remove'; path: string };

/** Escapes a key for use inside a JSON pointer (RFC 6901): labels and annotations have slashes. */
export function pointerSegment(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
