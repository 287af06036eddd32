import { Fields } from './message.ts';

/** What asks the API server for protobuf, which it writes in half the time of JSON; kinds of CRDs come as JSON anyway. */
export const PROTOBUF = 'application/vnd.kubernetes.protobuf,application/json';

/** Every answer begins with these bytes, then comes a runtime.Unknown. */
const MAGIC = Buffer.from('k8s\0');

/** Whether the server answered with what was asked for; a proxy may know JSON only. */
export const isProtobuf = (answer: Buffer): boolean => answer.subarray(0, MAGIC.length).equals(MAGIC);

/** The message in an answer: field 2 of the runtime.Unknown around it. */
export function contentOf(answer: Buffer): Buffer {
  const envelope = new Fields(answer.subarray(MAGIC.length));
  while (envelope.next()) if (envelope.number === 2) return envelope.bytes;
  return Buffer.alloc(0);
}
