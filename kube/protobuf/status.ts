import type { StatusBody } from '../errors.ts';
import { contentOf } from './envelope.ts';
import { Fields, texts } from './message.ts';

/** The metav1.Status that refuses a request for protobuf: it comes in protobuf, too. */
export function statusFrom(answer: Buffer): StatusBody {
  const message = contentOf(answer);
  const status: StatusBody = texts(message, { 3: 'message', 4: 'reason' });
  const fields = new Fields(message);
  while (fields.next()) {
    if (fields.number === 5) status.details = detailsFrom(fields.bytes);
    if (fields.number === 6) status.code = fields.value;
  }
  return status;
}

type Details = NonNullable<StatusBody['details']>;

function detailsFrom(message: Buffer): Details {
  const details: Details = texts(message, { 1: 'name', 2: 'group', 3: 'kind' });
  const fields = new Fields(message);
  while (fields.next()) {
    if (fields.number === 4)
      (details.causes ??= []).push(texts(fields.bytes, { 1: 'reason', 2: 'message', 3: 'field' }));
    // The server writes a 0 where it knows of no time.
    if (fields.number === 5 && fields.value > 0) details.retryAfterSeconds = fields.value;
  }
  return details;
}
