import { expect, test } from 'vitest';
import { sampleDevice, ShortReadError } from '../../../../agent/discover/sample.ts';
import type { Place } from '../../../../agent/host/host.ts';
import { FakeHost } from '../../../fakes/host.ts';
import { machine } from '../../../builders/machine.ts';

const MIB = 2 ** 20;
const BYTES = 900 * 2 ** 30;

/** A drive of zeros but for these ranges; tells which places were read. */
class Drive extends FakeHost {
  readonly places: Place[] = [];
  readonly #written: readonly Place[];
  constructor(...written: Place[]) {
    super(machine(), []);
    this.#written = written;
  }
  override readBlocks(_path: string, places: readonly Place[]): Promise<Uint8Array[]> {
    this.places.push(...places);
    return Promise.resolve(
      places.map(({ offset, length }) => {
        const touched = this.#written.find(
          (range) => range.offset < offset + length && offset < range.offset + range.length,
        );
        const block = new Uint8Array(length);
        if (touched) block[Math.max(0, touched.offset - offset)] = 1;
        return block;
      }),
    );
  }
}

const sample = (drive: Drive, seed = 's') => sampleDevice(drive, '/dev/nvme1n1', BYTES, seed);

test('a drive of one constant byte is told as such', async () => {
  expect(await sample(new Drive())).toEqual({ constant: 0 });
});

test.each<[string, Place]>([
  ['its first byte', { offset: 0, length: 1 }],
  ['the end of its first MiB', { offset: MIB - 1, length: 1 }],
  ['the beginning of its last MiB', { offset: BYTES - MIB, length: 1 }],
  ['its last byte', { offset: BYTES - 1, length: 1 }],
  ['all between its edges', { offset: MIB, length: BYTES - 2 * MIB }],
])('a drive is not blank when something is written on %s', async (_, range) => {
  expect(await sample(new Drive(range))).toEqual({ constant: null });
});

test('64 whole blocks are read beside the edges, all over the drive, and at other places by another seed', async () => {
  const read = async (seed: string): Promise<number[]> => {
    const drive = new Drive();
    await sample(drive, seed);
    const blocks = drive.places.filter(({ length }) => length === 4096);
    expect(blocks.every(({ offset }) => offset % 4096 === 0 && offset + 4096 <= BYTES)).toBe(true);
    return blocks.map(({ offset }) => offset);
  };
  const [one, other] = [await read('a'), await read('b')];
  expect(new Set(one).size).toBe(64);
  expect(one.filter((offset) => other.includes(offset))).toEqual([]);
  const quarters = new Set(one.map((offset) => Math.floor((4 * offset) / BYTES)));
  expect([...quarters].sort()).toEqual([0, 1, 2, 3]);
  expect(await read('a')).toEqual(one);
});

test('a drive that is smaller than a MiB is read whole', async () => {
  const drive = new Drive();
  expect(await sampleDevice(drive, '/dev/nvme1n1', 65_536, 's')).toEqual({ constant: 0 });
  expect(drive.places[0]).toEqual({ offset: 0, length: 65_536 });
});

test('a read that gives less than was asked for proves nothing', async () => {
  const drive = new Drive();
  drive.readBlocks = (_path, places) =>
    Promise.resolve(places.map(({ length }) => new Uint8Array(length === 4096 ? 512 : length)));
  await expect(sample(drive)).rejects.toThrow(ShortReadError);
});
