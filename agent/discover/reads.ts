/** Collects the errors of reads that discovery survives, by field or `field:path`. */
export class Reads {
  readonly errors: Record<string, string> = {};

  /** The result of a read; undefined with its error on record when it fails. */
  async attempt<T>(key: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      this.errors[key] = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  }
}

/** Whether a file system error means that there is no such thing, which for some reads is an answer. */
export function isAbsent(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** A read whose thing may be missing: then the fallback. */
export async function orAbsent<T>(read: Promise<T>, fallback: T): Promise<T> {
  try {
    return await read;
  } catch (error) {
    if (isAbsent(error)) return fallback;
    throw error;
  }
}
