import { isForbidden, isUnknownKind } from '../../kube/errors.ts';

/** Items of a list that a verb can do without: forbidden or unknown gives undefined, and forbidden a note. */
export async function optional<T>(
  reading: Promise<{ items: T[] }>,
  note: (why: string) => unknown,
): Promise<T[] | undefined> {
  try {
    return (await reading).items;
  } catch (error) {
    if (!isForbidden(error) && !isUnknownKind(error)) throw error;
    if (isForbidden(error)) note((error as Error).message);
    return undefined;
  }
}
