/** The API server's own answer to a failed request (metav1.Status). */
export interface StatusBody {
  message?: string;
  reason?: string;
  code?: number;
  details?: {
    name?: string;
    kind?: string;
    group?: string;
    retryAfterSeconds?: number;
    causes?: { reason?: string; message?: string; field?: string }[];
  };
}

/** The API server answered with a status of 400 or above. `message` is the server's own sentence. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  readonly status: StatusBody;
  /** `GET /api/v1/nodes/x`, for logs. */
  readonly request: string;
  constructor(code: number, status: StatusBody, request: string) {
    super(status.message ?? `the server answered ${code} to ${request}`);
    this.code = code;
    this.status = status;
    this.request = request;
  }
}

/** No answer, or half of one: refused connection, reset, TLS failure, time limit. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly request: string;
  readonly timedOut: boolean;
  constructor(message: string, request: string, options: { cause?: unknown; timedOut?: boolean } = {}) {
    super(message, { cause: options.cause });
    this.request = request;
    this.timedOut = options.timedOut ?? false;
  }
}

const hasCode = (error: unknown, code: number): boolean => error instanceof ApiError && error.code === code;

/**
 * The API server itself says that this object does not exist. A 404 that does not name the object (a proxy's page,
 * a kind that is not installed) is no such proof: deletions are decided on it.
 */
export const isNotFound = (error: unknown): boolean =>
  error instanceof ApiError &&
  error.code === 404 &&
  error.status.reason === 'NotFound' &&
  Boolean(error.status.details?.name);

/** 404 for the path, not for an object: the kind is not installed, or this is not the API server. */
export const isUnknownKind = (error: unknown): boolean => hasCode(error, 404) && !isNotFound(error);

export const isForbidden = (error: unknown): boolean => hasCode(error, 403);
export const isUnauthorized = (error: unknown): boolean => hasCode(error, 401);

/** 409 with AlreadyExists, as from a create. */
export const isAlreadyExists = (error: unknown): boolean =>
  hasCode(error, 409) && (error as ApiError).status.reason === 'AlreadyExists';

/** 409 from a precondition or a stale resourceVersion. */
export const isConflict = (error: unknown): boolean => hasCode(error, 409) && !isAlreadyExists(error);

/** A JSON patch whose `test` failed: the API server answers 422 Invalid. */
export const isInvalid = (error: unknown): boolean => hasCode(error, 422);

/** The watched resourceVersion is too old (410): list again. */
export const isGone = (error: unknown): boolean => hasCode(error, 410);
