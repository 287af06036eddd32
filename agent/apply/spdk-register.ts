import type { SpdkController, SpdkHugepages, SpdkRecord } from '../../api/snapshot.ts';
import { formatSpdkRecord, parseSpdkRecord, SPDK_PATH } from '../discover/spdk-record.ts';
import type { Host } from '../host/host.ts';
import { nothingHanded } from '../inventory/handed.ts';
import { HostRecord } from './host-record.ts';

/** What SPDK has of this machine, durably; see agent/discover/spdk-record.ts. Use under the write lock. */
export class SpdkRegister {
  readonly #record: HostRecord<SpdkRecord>;

  private constructor(record: HostRecord<SpdkRecord>) {
    this.#record = record;
  }

  /** Reads the file; rejects when it is damaged. What another machine has written is left out. */
  static async open(host: Pick<Host, 'readFile' | 'writeFile' | 'makeDirectory'>): Promise<SpdkRegister> {
    const machineID = (await host.readFile('/etc/machine-id')).trim();
    const empty = nothingHanded(machineID);
    const parse = (text: string): SpdkRecord => {
      const found = parseSpdkRecord(text);
      return found.machineID === machineID ? found : empty;
    };
    const format = { path: SPDK_PATH, parse, format: formatSpdkRecord, empty };
    return new SpdkRegister(await HostRecord.open<SpdkRecord>(host, format));
  }

  controller(address: string): SpdkController | undefined {
    return this.#record.value.controllers.find((known) => known.address === address);
  }

  /** Puts a controller on record, in the place of an earlier one at its address or of its drives. */
  async put(controller: SpdkController): Promise<void> {
    const identities = new Set(controller.drives.map(({ identity }) => identity));
    const same = (known: SpdkController): boolean =>
      known.address === controller.address || known.drives.some(({ identity }) => identities.has(identity));
    await this.#record.change((record) => ({
      ...record,
      controllers: [...record.controllers.filter((known) => !same(known)), controller],
    }));
  }

  /** The controller went on: handed over, or given back. */
  async mark(address: string, state: SpdkController['state']): Promise<void> {
    const controller = this.controller(address);
    if (controller && controller.state !== state) await this.put({ ...controller, state });
  }

  async forget(address: string): Promise<void> {
    await this.#record.change((record) => {
      if (!record.controllers.some((known) => known.address === address)) return undefined;
      return { ...record, controllers: record.controllers.filter((known) => known.address !== address) };
    });
  }

  async putPages(row: SpdkHugepages): Promise<void> {
    const same = ({ numaNode, size }: SpdkHugepages): boolean =>
      numaNode === row.numaNode && size === row.size;
    await this.#record.change((record) => ({
      ...record,
      hugepages: [...record.hugepages.filter((known) => !same(known)), row],
    }));
  }

  async putRestart(kubelet: NonNullable<SpdkRecord['kubelet']>): Promise<void> {
    await this.#record.change((record) => ({ ...record, kubelet }));
  }
}
