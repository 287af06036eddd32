import { expect, test } from 'vitest';
import { switchSwapOn } from '../../../../agent/apply/perform-swap.ts';
import type { SwapOnStep } from '../../../../agent/plan/swap-step.ts';
import { machine } from '../../../builders/machine.ts';
import { FakeHost } from '../../../fakes/host.ts';

const UUID = '5b8f0c52-0b52-5d10-9a5c-2d6f0e7a1c11';
const step: SwapOnStep = {
  ...{ kind: 'swapon', name: 'switch swap on', device: '/dev/nvme1n1', uuid: UUID },
  kubelet: 'NotRunning',
};

/** A machine without a kubelet. */
class QuietHost extends FakeHost {
  override readDirectory = (): Promise<string[]> => Promise.resolve([]);
  override readFile = (path: string): Promise<string> =>
    path === '/proc/swaps' ? Promise.resolve('Filename Type Size Used Priority\n') : super.readFile(path);
}

const hostWith = (blkid: Record<string, string>): QuietHost =>
  new QuietHost(machine({ drives: { nvme1n1: { blkid } } }), [step]);
const tried = (host: FakeHost): Promise<void> => host.withWriteLock(0, () => switchSwapOn(host, step));
const on = ({ programs }: FakeHost): string[] => programs.filter((line) => line.startsWith('!swapon'));

test.each([
  ['nothing', {}],
  ['another swap area', { TYPE: 'swap', UUID: '00000000-0000-4000-8000-000000000000' }],
  ['a filesystem with the UUID of our area', { TYPE: 'ext4', UUID }],
])('no swap is switched on where %s is', async (_, blkid) => {
  const host = hostWith(blkid);
  await expect(tried(host)).rejects.toThrow('expected our swap area');
  expect(on(host)).toEqual([]);
});

test('no swap is switched on while somebody has the device', async () => {
  const host = hostWith({ TYPE: 'swap', UUID });
  host.busy.add('/dev/nvme1n1');
  await expect(tried(host)).rejects.toThrow('EBUSY');
  expect(on(host)).toEqual([]);
});

test('our own area is switched on', async () => {
  const host = hostWith({ TYPE: 'swap', UUID });
  host.writeFile = () => Promise.resolve();
  await tried(host);
  expect(on(host)).toHaveLength(1);
});
