import { describe, expect, it } from 'vitest';
import { dropLinks, leadsToArray, linkArray } from '../../../../agent/apply/array-link.ts';
import { CommandError } from '../../../../agent/host/host.ts';

const OURS = '5b8f0c52-0b52-5d10-9a5c-2d6f0e7a1c11';
const THEIRS = '00000000-0000-4000-8000-000000000000';

/** A host with running arrays, told by their UUIDs, and with links in /dev/md to kernel names. */
class ArrayHost {
  readonly written: string[] = [];
  readonly arrays: Readonly<Record<string, string>>;
  readonly links: Readonly<Record<string, string>>;

  constructor(arrays: Readonly<Record<string, string>>, links: Readonly<Record<string, string>> = {}) {
    this.arrays = arrays;
    this.links = links;
  }

  readFile(): Promise<string> {
    const lines = Object.keys(this.arrays).map((name) => `${name} : active raid0 nvme1n1[0]\n`);
    return Promise.resolve(`Personalities : [raid0]\n${lines.join('')}unused devices: <none>\n`);
  }

  readDirectory(): Promise<string[]> {
    return Promise.resolve(Object.keys(this.links));
  }

  makeDirectory(): Promise<void> {
    return Promise.resolve();
  }

  exists(path: string): Promise<boolean> {
    const kernelName = this.links[path.replace('/dev/md/', '')];
    return Promise.resolve(kernelName !== undefined && kernelName in this.arrays);
  }

  run(command: readonly string[], { writes = false } = {}): Promise<{ stdout: string; stderr: string }> {
    const [program = '', target = ''] = [command[0], command.at(-1)];
    if (writes) this.written.push(command.join(' '));
    if (program === 'readlink') return done(`../${this.links[target.replace('/dev/md/', '')] ?? ''}\n`);
    if (program !== 'mdadm') return done('');
    const linked = this.links[target.replace('/dev/md/', '')];
    const uuid = this.arrays[linked ?? target.replace('/dev/', '')];
    const failed = { exitCode: 1, stderr: 'does not appear to be active', timedOut: false };
    return uuid === undefined || uuid === ''
      ? Promise.reject(new CommandError(command, failed))
      : done(`MD_UUID=${uuid.replaceAll('-', '').replace(/(.{8})(?=.)/g, '$1:')}\n`);
  }
}

const done = (stdout: string) => Promise.resolve({ stdout, stderr: '' });

describe('a link to an array that udev has not made', () => {
  it('leads to the array with our UUID, past others and those that mdadm cannot tell', async () => {
    const host = new ArrayHost({ md125: '', md126: THEIRS, md127: OURS });
    await linkArray(host, '/dev/md/nvme-5b8f0c52', OURS);
    expect(host.written).toEqual(['ln --symbolic --force --no-dereference ../md127 /dev/md/nvme-5b8f0c52']);
  });

  it('is not made where our array does not run', async () => {
    const host = new ArrayHost({ md126: THEIRS });
    await linkArray(host, '/dev/md/nvme-5b8f0c52', OURS);
    expect(host.written).toEqual([]);
  });

  it('counts as there only when it leads to our array', async () => {
    const host = new ArrayHost(
      { md126: THEIRS, md127: OURS },
      { ours: 'md127', stale: 'md126', old: 'md12' },
    );
    expect(await leadsToArray(host, '/dev/md/ours', OURS)).toBe(true);
    expect(await leadsToArray(host, '/dev/md/stale', OURS)).toBe(false);
    expect(await leadsToArray(host, '/dev/md/old', OURS)).toBe(false);
  });

  it('goes with its array, and takes no other with it', async () => {
    const host = new ArrayHost({ md126: THEIRS }, { ours: 'md127', theirs: 'md126', old: 'md12' });
    await dropLinks(host, '/dev/md127');
    expect(host.written).toEqual(['rm --force /dev/md/ours']);
  });
});
