import { dirname } from 'node:path';
import { BEGUN_PATH, formatBegun, parseBegun } from '../discover/begun.ts';
import type { Host } from '../host/host.ts';

/** What the agent has begun to make and not ended, durably; see agent/discover/begun.ts. Use under the write lock. */
export class BegunRegister {
  readonly #host: Pick<Host, 'writeFile' | 'makeDirectory'>;
  readonly #uuids: Set<string>;
  /** One replacement of the file at a time, whatever runs in parallel. */
  #written: Promise<void> = Promise.resolve();

  private constructor(host: Pick<Host, 'writeFile' | 'makeDirectory'>, uuids: Iterable<string>) {
    this.#host = host;
    this.#uuids = new Set(uuids);
  }

  /** Reads the file; rejects when it is damaged, because then nobody can say what is half-made. */
  static async open(host: Pick<Host, 'readFile' | 'writeFile' | 'makeDirectory'>): Promise<BegunRegister> {
    return new BegunRegister(host, parseBegun(await readOr(host, '[]')));
  }

  /** Resolves once the UUID would survive a power cut. */
  begin(uuid: string): Promise<void> {
    return this.#change(() => !this.#uuids.has(uuid) && this.#uuids.add(uuid));
  }

  /** Resolves once the UUID is durably no longer half-made. */
  end(uuid: string): Promise<void> {
    return this.#change(() => this.#uuids.delete(uuid));
  }

  #change(change: () => unknown): Promise<void> {
    const write = async (): Promise<void> => {
      if (change() === false) return;
      await this.#host.makeDirectory(dirname(BEGUN_PATH));
      await this.#host.writeFile(BEGUN_PATH, formatBegun(this.#uuids));
    };
    const written = this.#written.then(write);
    this.#written = written.catch(() => undefined);
    return written;
  }
}

async function readOr(host: Pick<Host, 'readFile'>, absent: string): Promise<string> {
  try {
    return await host.readFile(BEGUN_PATH);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return absent;
    throw error;
  }
}
