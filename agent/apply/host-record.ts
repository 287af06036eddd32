import { dirname } from 'node:path';
import type { Host } from '../host/host.ts';

type Files = Pick<Host, 'readFile' | 'writeFile' | 'makeDirectory'>;

/** How a record is kept: where, and as which text. `parse` throws for a damaged file. */
export interface RecordFormat<T> {
  path: string;
  parse: (text: string) => T;
  format: (value: T) => string;
  /** Of a machine without the file. */
  empty: T;
}

/** A small file on the host that has to survive a crash at any moment. Use under the write lock. */
export class HostRecord<T> {
  readonly #host: Files;
  readonly #format: RecordFormat<T>;
  #value: T;
  /** One replacement of the file at a time, whatever runs in parallel. */
  #written: Promise<void> = Promise.resolve();

  private constructor(host: Files, format: RecordFormat<T>, value: T) {
    this.#host = host;
    this.#format = format;
    this.#value = value;
  }

  /** Reads the file; rejects when it is damaged. */
  static async open<T>(host: Files, format: RecordFormat<T>): Promise<HostRecord<T>> {
    const text = await readIfThere(host, format.path);
    return new HostRecord(host, format, text === undefined ? format.empty : format.parse(text));
  }

  get value(): T {
    return this.#value;
  }

  /** Resolves once the new value would survive a power cut; undefined changes nothing. */
  change(to: (value: T) => T | undefined): Promise<void> {
    const write = async (): Promise<void> => {
      const next = to(this.#value);
      if (next === undefined) return;
      this.#value = next;
      const { path, format } = this.#format;
      await this.#host.makeDirectory(dirname(path));
      await this.#host.writeFile(path, format(next));
    };
    const written = this.#written.then(write);
    this.#written = written.catch(() => undefined);
    return written;
  }
}

async function readIfThere(host: Files, path: string): Promise<string | undefined> {
  try {
    return await host.readFile(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
