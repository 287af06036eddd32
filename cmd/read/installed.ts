import type { ResourceType } from '../../kube/api.ts';
import { isUnknownKind } from '../../kube/errors.ts';
import { NotInstalled } from '../errors/not-installed.ts';

/** Turns the 404 of a whole kind into NotInstalled. */
export async function installed<T>(reading: Promise<T>, { kind }: ResourceType<unknown>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw isUnknownKind(error) ? new NotInstalled(kind, error) : error;
  }
}
