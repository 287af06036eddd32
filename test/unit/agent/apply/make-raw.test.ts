import { beforeEach, describe, expect, it } from 'vitest';
import { makeRaw } from '../../../../agent/apply/make-raw.ts';
import { MARK_BYTES } from '../../../../agent/discover/mark.ts';
import { sampleDevice } from '../../../../agent/discover/sample.ts';
import { CommandError, type Place, type RunOptions } from '../../../../agent/host/host.ts';
import type { MakeRawStep } from '../../../../agent/plan/step.ts';
import { createLogger } from '../../../../logging/logger.ts';
import { machine } from '../../../builders/machine.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { FakeHost } from '../../../fakes/host.ts';

const BYTES = 8 * 2 ** 20;
const step: MakeRawStep = {
  ...{ kind: 'make-raw', name: 'discard /dev/nvme1n1', device: '/dev/nvme1n1', bytes: BYTES },
  uuid: '5b8f0c52-0b52-5d10-9a5c-2d6f0e7a1c11',
};

/** A drive with bytes of its own, that may know a discard. */
class DriveHost extends FakeHost {
  readonly drive = Buffer.from(Uint8Array.from({ length: BYTES }, (_, index) => index % 253));
  readonly #discard: 'zeros' | 'keeps' | 'unknown';

  constructor(discard: 'zeros' | 'keeps' | 'unknown') {
    super(machine({ drives: { nvme1n1: {} } }), []);
    this.#discard = discard;
  }

  override run(command: readonly string[], { input = '' }: RunOptions = {}) {
    this.programs.push(command.join(' '));
    if (command[0] === 'dd') this.drive.write(input, 0, 'latin1');
    else if (this.#discard === 'unknown') {
      const outcome = { exitCode: 1, stderr: 'Operation not supported', timedOut: false };
      return Promise.reject(new CommandError(command, outcome));
    } else if (this.#discard === 'zeros') this.drive.fill(0);
    return Promise.resolve({ stdout: '', stderr: '' });
  }

  override readBlocks(_: string, places: readonly Place[]): Promise<Uint8Array[]> {
    return Promise.resolve(
      places.map(({ offset, length }) => Uint8Array.from(this.drive.subarray(offset, offset + length))),
    );
  }
}

describe('a drive that is made raw', () => {
  let host: DriveHost;
  const logger = createLogger(() => undefined, new SteppedClock());
  const sample = (seed = 'another boot') => sampleDevice(host, step.device, BYTES, seed);

  beforeEach(() => {
    host = new DriveHost('keeps');
  });

  it('needs no mark when it reads zeros after a discard', async () => {
    host = new DriveHost('zeros');
    await makeRaw(step, { host, logger });
    expect(host.programs).toEqual(['blkdiscard /dev/nvme1n1']);
    expect(await sample()).toEqual({ constant: 0 });
  });

  it.each(['keeps', 'unknown'] as const)('carries our mark when a discard %s its bytes', async (discard) => {
    host = new DriveHost(discard);
    await makeRaw(step, { host, logger });
    expect(await sample()).toEqual({ constant: null, mark: step.uuid });
  });

  it.each([
    ['in the first MiB', MARK_BYTES],
    ['at the end', BYTES - 1],
  ])('is not ours any more once one byte was written %s', async (_, at) => {
    await makeRaw(step, { host, logger });
    host.drive.writeUInt8(host.drive.readUInt8(at) ^ 1, at);
    expect(await sample()).toEqual({ constant: null });
  });

  it('is not ours any more once its mark was damaged', async () => {
    await makeRaw(step, { host, logger });
    host.drive.writeUInt8(0x20, 3000);
    expect(await sample()).toEqual({ constant: null });
  });
});
