import type { KubeList } from '../api.ts';
import { Fields, texts } from './message.ts';

/** What asks the API server for protobuf, which it writes in half the time of JSON; kinds of CRDs come as JSON anyway. */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf,application/json';

/** Every answer begins with these bytes, then comes a runtime.Unknown. */
const MAGIC = Buffer.from('k8s\0');

/** Whether the server answered with what was asked for; a proxy may know JSON only. */
export const isProtobuf = (answer: Buffer): boolean => answer.subarray(0, MAGIC.length).equals(MAGIC);

/** A list as the API server sends it in protobuf, each item read by `decode`. */
export function listFrom<T>(answer: Buffer, decode: (item: Buffer) => T): KubeList<T> {
  const list: KubeList<T> = { apiVersion: 'v1', kind: 'List', metadata: {}, items: [] };
  const envelope = new Fields(answer.subarray(MAGIC.length));
  while (envelope.next()) {
    if (envelope.number !== 2) continue;
    const fields = new Fields(envelope.bytes);
    while (fields.next()) {
      if (fields.number === 1) list.metadata = texts(fields.bytes, { 2: 'resourceVersion', 3: 'continue' });
      if (fields.number === 2) list.items.push(decode(fields.bytes));
    }
  }
  return list;
}
