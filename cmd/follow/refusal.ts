import { ApiError, isGone } from '../../kube/errors.ts';

/** Whether the server would answer the same again: no permission, unknown kind, bad request. */
export function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code < 500 && error.code !== 429 && !isGone(error);
}
