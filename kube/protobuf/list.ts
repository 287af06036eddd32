import type { KubeList } from '../api.ts';
import { contentOf } from './envelope.ts';
import { Fields, texts } from './message.ts';

/** A list as the API server sends it in protobuf, each item read by `decode`. */
export function listFrom<T>(answer: Buffer, decode: (item: Buffer) => T): KubeList<T> {
  const list: KubeList<T> = { apiVersion: 'v1', kind: 'List', metadata: {}, items: [] };
  const fields = new Fields(contentOf(answer));
  while (fields.next()) {
    if (fields.number === 1) list.metadata = texts(fields.bytes, { 2: 'resourceVersion', 3: 'continue' });
    if (fields.number === 2) list.items.push(decode(fields.bytes));
  }
  return list;
}
