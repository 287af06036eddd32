import type { ResourceType } from '../../kube/api.ts';
import { ApiError } from '../../kube/errors.ts';

type AnyType = ResourceType<unknown>;

/** `nodes`, or `nvmenodes.kubectl-nvme.dev`: how the API server names a resource in messages. */
export const groupResource = (type: AnyType): string =>
  type.group === '' ? type.plural : `${type.plural}.${type.group}`;

function answer(
  code: number,
  reason: string,
  message: string,
  request: string,
  type?: AnyType,
  name?: string,
) {
  const details = type && { kind: type.plural, group: type.group, ...(name === undefined ? {} : { name }) };
  return new ApiError(code, { code, reason, message, ...(details ? { details } : {}) }, request);
}

/** 404 as the API server words it. */
export const notFound = (type: AnyType, name: string, request = 'fake'): ApiError =>
  answer(404, 'NotFound', `${groupResource(type)} "${name}" not found`, request, type, name);

/** 409 of a create. */
export const alreadyExists = (type: AnyType, name: string, request = 'fake'): ApiError =>
  answer(409, 'AlreadyExists', `${groupResource(type)} "${name}" already exists`, request, type, name);

/** 409 of a stale resourceVersion or a failed precondition. */
export function conflict(
  type: AnyType,
  name: string,
  why = 'the object has been modified; please apply your changes to the latest version and try again',
  request = 'fake',
): ApiError {
  const message = `Operation cannot be fulfilled on ${groupResource(type)} "${name}": ${why}`;
  return answer(409, 'Conflict', message, request, type, name);
}

/** 409 of a delete's precondition; here the API server names the kind, not the resource. */
export const preconditionFailed = (type: AnyType, name: string, why: string): ApiError =>
  conflict({ ...type, plural: type.kind }, name, why);

/** 422 of a JSON patch that could not be applied, a failed `test` included. */
export const unprocessablePatch = (request = 'fake'): ApiError =>
  answer(422, 'Invalid', 'the server rejected our request due to an error in our request', request);

/** 422 of validation. */
export const invalid = (message: string, type?: AnyType, name?: string): ApiError =>
  answer(422, 'Invalid', message, 'fake', type, name);

/** 422 of an apply that does not say who applies. */
export const noFieldManager = (): ApiError =>
  new ApiError(
    422,
    {
      code: 422,
      reason: 'Invalid',
      message:
        'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      details: { kind: 'PatchOptions', group: 'meta.k8s.io' },
    },
    'fake',
  );

/** 403 as RBAC words it. */
export const forbidden = (type: AnyType, verb: string, name = '', request = 'fake'): ApiError =>
  answer(
    403,
    'Forbidden',
    `${groupResource(type)}${name ? ` "${name}"` : ''} is forbidden: User "fake" cannot ${verb} resource "${type.plural}" in API group "${type.group}" at the cluster scope`,
    request,
    type,
    name,
  );

/** 400. */
export const badRequest = (message: string, request = 'fake'): ApiError =>
  answer(400, 'BadRequest', message, request);

/** 410 of a watch or a continue token that is too old. */
export const gone = (message = 'The resourceVersion for the provided watch is too old.', request = 'fake') =>
  answer(410, 'Expired', message, request);

/** 429 with Retry-After, as API Priority and Fairness answers. */
export const tooManyRequests = (retryAfterSeconds = 1, request = 'fake'): ApiError =>
  new ApiError(
    429,
    {
      code: 429,
      reason: 'TooManyRequests',
      message: 'too many requests, please try again later',
      details: { retryAfterSeconds },
    },
    request,
  );

/** 500. */
export const internalError = (message = 'etcdserver: request timed out', request = 'fake'): ApiError =>
  answer(500, 'InternalError', `Internal error occurred: ${message}`, request);
