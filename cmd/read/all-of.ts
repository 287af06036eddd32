import { isForbidden, isNotFound } from '../../kube/errors.ts';
import { Failures } from '../errors/exit.ts';

/**
 * What all reads give. Rejects with the first failure in their order, whichever came first; with all of them where each is
 * a missing permission or a name that is not there, so that a person hears of them at once.
 */
export async function allOf<T extends readonly Promise<unknown>[] | []>(
  reads: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  const settled: readonly PromiseSettledResult<unknown>[] = await Promise.allSettled(reads);
  const errors = settled.flatMap((result) => (result.status === 'rejected' ? causesOf(result.reason) : []));
  if (errors.length > 0) {
    throw errors.every((error) => isForbidden(error) || isNotFound(error)) ? new Failures(errors) : errors[0];
  }
  return Promise.all(reads);
}

const causesOf = (error: unknown): readonly unknown[] => (error instanceof Failures ? error.errors : [error]);
