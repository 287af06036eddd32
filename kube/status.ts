import type { IncomingHttpHeaders } from 'node:http';
import { ApiError, type StatusBody } from './errors.ts';
import { isProtobuf } from './protobuf/envelope.ts';
import { statusFrom } from './protobuf/status.ts';

/**
 * The error for an answer of 400 or above. A metav1.Status is taken over; anything else (a proxy's page, the
 * server's `404 page not found`) becomes a sentence without a `reason`, so that nobody mistakes it for the API
 * server's word on an object.
 */
export function apiError(
  code: number,
  headers: IncomingHttpHeaders,
  body: Buffer,
  request: string,
): ApiError {
  const status = readStatus(body) ?? { code, message: describePage(code, body.toString(), request) };
  const seconds = Number(headers['retry-after']);
  if (Number.isFinite(seconds) && seconds > 0 && status.details?.retryAfterSeconds === undefined) {
    status.details = { ...status.details, retryAfterSeconds: seconds };
  }
  return new ApiError(code, status, request);
}

const readStatus = (body: Buffer): StatusBody | undefined =>
  isProtobuf(body) ? statusFrom(body) : parseStatus(body.toString());

function parseStatus(text: string): StatusBody | undefined {
  try {
    const body: unknown = JSON.parse(text);
    return isStatus(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a decoded body is a metav1.Status. */
export const isStatus = (body: unknown): body is StatusBody =>
  typeof body === 'object' && body !== null && (body as { kind?: unknown }).kind === 'Status';

function describePage(code: number, text: string, request: string): string {
  const page = text.trim().replaceAll(/\s+/g, ' ').slice(0, 200);
  if (code === 404) {
    return `the server does not serve the path of ${request} (${page || '404'}): wrong address, or the kind is not installed`;
  }
  return `the server answered ${code} to ${request}${page === '' ? '' : `: ${page}`}`;
}
