import { BEGUN_PATH, formatBegun, parseBegun } from '../discover/begun.ts';
import type { Host } from '../host/host.ts';
import { HostRecord } from './host-record.ts';

/** What the agent has begun to make and not ended, durably; see agent/discover/begun.ts. Use under the write lock. */
export class BegunRegister {
  readonly #record: HostRecord<readonly string[]>;

  private constructor(record: HostRecord<readonly string[]>) {
    this.#record = record;
  }

  /** Reads the file; rejects when it is damaged, because then nobody can say what is half-made. */
  static async open(host: Pick<Host, 'readFile' | 'writeFile' | 'makeDirectory'>): Promise<BegunRegister> {
    const format = { path: BEGUN_PATH, parse: parseBegun, format: formatBegun, empty: [] };
    return new BegunRegister(await HostRecord.open<readonly string[]>(host, format));
  }

  /** Resolves once the UUID would survive a power cut. */
  begin(uuid: string): Promise<void> {
    return this.#record.change((uuids) => (uuids.includes(uuid) ? undefined : [...uuids, uuid]));
  }

  /** Resolves once the UUID is durably no longer half-made. */
  end(uuid: string): Promise<void> {
    return this.#record.change((uuids) =>
      uuids.includes(uuid) ? uuids.filter((other) => other !== uuid) : undefined,
    );
  }
}
