import { isNotFound } from './errors.ts';

/** A 404 as undefined: the object may well not be there. */
export async function absent<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
