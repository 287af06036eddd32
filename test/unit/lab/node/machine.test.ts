import { describe, expect, it } from 'vitest';
import {
  claimName,
  newMachine,
  nodeDir,
  readMachine,
  scrap,
  writeMachine,
} from '../../../../lab/node/machine.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

const kernel = { version: '6.12', vmlinuz: '/cache/vmlinuz', modulesDir: '/cache/modules' };
const disk = { path: '/cache/root.raw', rootPartUUID: '6e766d65-01', kernel };

describe('the machines of a lab', () => {
  it('have names, identities, ports and pod networks of their own, made at once or not', async () => {
    const dir = temporaryFolder();
    const names = ['a', 'b', 'c'];
    const machines = await Promise.all(
      names.map((name) => newMachine(dir, name, { forwardPorts: [8443] }, disk)),
    );

    expect(new Set(machines.map(({ index }) => index)).size).toBe(3);
    expect(new Set(machines.map(({ machineID }) => machineID)).size).toBe(3);
    for (const { kubeletPort, execPort, forwards } of machines) {
      expect(new Set([kubeletPort, execPort, ...forwards.map(({ host }) => host)]).size).toBe(3);
    }
  });

  it('give their name and pod network back when they are scrapped', async () => {
    const dir = temporaryFolder();
    expect(await claimName(dir, 'a')).toBe(true);
    expect(await claimName(dir, 'a')).toBe(false);
    const first = await newMachine(dir, 'a', {}, disk);
    await writeMachine(dir, first);
    expect(await readMachine(dir, 'a')).toEqual(first);

    await scrap(dir, 'a');

    expect(await readMachine(dir, 'a')).toBeUndefined();
    expect(await claimName(dir, 'a')).toBe(true);
    expect((await newMachine(dir, 'a', {}, disk)).index).toBe(first.index);
  });

  it.each(['', '../x', 'Node', 'a/b'])('are never called `%s`', (name) => {
    expect(() => nodeDir('/lab', name)).toThrow(/is no node name/);
  });
});
