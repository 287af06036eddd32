import { isRecord } from './json.ts';

/** The request half of an admission.k8s.io/v1 AdmissionReview; the objects stay as the API server sent them. */
export interface AdmissionRequest {
  uid: string;
  operation: string;
  group: string;
  resource: string;
  subResource: string;
  object: unknown;
  /** Null but for an update or a deletion. */
  oldObject: unknown;
}

/** The response half. Nodes are never denied, profiles are when they are impossible. */
export interface AdmissionResponse {
  uid: string;
  allowed: boolean;
  /** Why it is denied, as the client shows it. */
  status?: { code: number; reason: string; message: string };
  patchType?: 'JSONPatch';
  /** Base64 of a JSON patch. */
  patch?: string;
  warnings?: string[];
}

/** The body is not an AdmissionReview that can be answered: the caller's mistake, told as HTTP 400. */
export class MalformedReviewError extends Error {
  override readonly name = 'MalformedReviewError';
}

/** Reads a review from its JSON text. Throws MalformedReviewError. */
export function parseReview(text: string): AdmissionRequest {
  const review = parseJson(text);
  if (!isRecord(review)) throw new MalformedReviewError('Expected a JSON object, got another JSON value');
  if (review.apiVersion !== 'admission.k8s.io/v1' || review.kind !== 'AdmissionReview') {
    const got = `${printable(review.apiVersion)} ${printable(review.kind)}`;
    throw new MalformedReviewError(`Expected admission.k8s.io/v1 AdmissionReview, got \`${got}\``);
  }
  const { request } = review;
  if (!isRecord(request)) throw new MalformedReviewError('Expected a request, and there is none');
  const { uid, resource, operation, subResource, object, oldObject } = request;
  if (typeof uid !== 'string' || uid === '') {
    throw new MalformedReviewError(`Expected request.uid to be a text, got \`${printable(uid)}\``);
  }
  const of = isRecord(resource) ? resource : {};
  return {
    uid,
    operation: textOf(operation),
    group: textOf(of.group),
    resource: textOf(of.resource),
    subResource: textOf(subResource),
    object,
    oldObject,
  };
}

/** The whole answer, ready to be sent. */
export function reviewOf(response: AdmissionResponse): object {
  return { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new MalformedReviewError(
      `Expected JSON: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Short enough for a message, whatever a client sent; JSON has no text for undefined. */
const printable = (value: unknown): string =>
  value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
