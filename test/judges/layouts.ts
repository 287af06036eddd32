import assert from 'node:assert/strict';
import type { PersistentVolume } from '../../kube/resources.ts';
import type { LabNode } from '../../lab/node/lab-node.ts';

/**
 * What a layout must have left on a machine, told by the machine's own programs and by the volumes of the cluster,
 * never by what the agent reports. Rejects with an AssertionError.
 */
export type Judge = (machine: Judged) => Promise<void>;

export interface Judged {
  node: LabNode;
  /** By-id paths of the drives that the layout is on. */
  drives: readonly string[];
  volumes: readonly PersistentVolume[];
}

const blkid = async (node: LabNode, device: string, tag: 'TYPE' | 'UUID'): Promise<string> =>
  (await node.exec(['blkid', '-p', '-s', tag, '-o', 'value', device])).stdout.trim();

const realPaths = async (node: LabNode, paths: readonly string[]): Promise<string[]> =>
  paths.length === 0 ? [] : lines(await node.run(['readlink', '-f', ...paths])).sort();

const lines = (text: string): string[] => text.trim().split('\n');

export const pathsOf = (volumes: readonly PersistentVolume[]): string[] =>
  volumes.map(({ spec }) => spec?.local?.path ?? '').sort();

/** A filesystem of that type on each device, mounted once as its volume says, and no other volume. */
async function filesystemsOn(judged: Judged, devices: readonly string[], type: string): Promise<void> {
  const { node, volumes } = judged;
  const mounts = [];
  for (const device of devices) {
    assert.equal(await blkid(node, device, 'TYPE'), type, `type of what is on ${device}`);
    const mount = `/pv-disks/${await blkid(node, device, 'UUID')}`;
    const found = await node.run(['findmnt', '-n', '-r', '-o', 'SOURCE,OPTIONS', '-M', mount]);
    assert.equal(lines(found).length, 1, `mounts at ${mount}: ${found}`);
    const [source = '', options = ''] = found.trim().split(' ');
    assert.deepEqual(await realPaths(node, [source]), await realPaths(node, [device]), `source of ${mount}`);
    assert.match(options, /\bnoatime\b/);
    mounts.push(mount);
  }
  assert.deepEqual(pathsOf(volumes), mounts.map((mount) => `${mount}/data`).sort(), 'paths of volumes');
}

/** One filesystem and one volume on each drive. */
export const filesystems =
  (type: string): Judge =>
  (judged) =>
    filesystemsOn(judged, judged.drives, type);

const CHUNK_KIB = 512;
const BLOCK_KIB = 4;

/** One array of that level over all drives, and the filesystem that fits its chunks. */
export const array =
  (level: number, type: string): Judge =>
  async (judged) => {
    const { node, drives } = judged;
    const found = lines(await node.run(['sh', '-c', 'ls /dev/md/*']));
    assert.equal(found.length, 1, `arrays: ${found.join(' ')}`);
    const [path = ''] = found;
    const detail = await node.run(['mdadm', '--detail', '--export', path]);
    assert.match(detail, new RegExp(`^MD_LEVEL=raid${level}\nMD_DEVICES=${drives.length}\n`, 'm'));
    for (const drive of drives) assert.equal(await blkid(node, drive, 'TYPE'), 'linux_raid_member', drive);
    await filesystemsOn(judged, [path], type);
    const stride = CHUNK_KIB / BLOCK_KIB;
    const width = stride * (level === 10 ? drives.length / 2 : drives.length);
    assert.deepEqual(await striping(node, path, type), [String(stride), String(width)], 'stride and width');
  };

/** Stride and stripe width in blocks, as the filesystem has them. */
async function striping(node: LabNode, path: string, type: string): Promise<string[]> {
  const text = await node.run(type === 'ext4' ? ['dumpe2fs', '-h', path] : ['xfs_info', path]);
  const ext4 = /^RAID stride: +(\d+)\nRAID stripe width: +(\d+)$/m;
  return ((type === 'ext4' ? ext4 : /sunit=(\d+) +swidth=(\d+) blks/).exec(text) ?? []).slice(1);
}

/** One volume group over all drives with that many equal striped volumes, each with a filesystem. */
export const slices =
  (count: number): Judge =>
  async (judged) => {
    const { node, drives } = judged;
    const groups = await node.run(['vgs', '--noheadings', '-o', 'vg_name,pv_count,lv_count']);
    const wanted = ['instance-store-vg', String(drives.length), String(count)];
    assert.deepEqual(groups.trim().split(/\s+/), wanted, 'volume groups');
    if (count === 0) {
      assert.deepEqual(judged.volumes, []);
      return;
    }
    const text = await node.run([
      ...['lvs', '--noheadings', '-o', 'lv_path,stripes,lv_size', '--units', 'b'],
    ]);
    const rows = lines(text).map((row) => row.trim().split(/\s+/));
    assert.deepEqual(new Set(rows.map(([, stripes]) => stripes)), new Set([String(drives.length)]), text);
    assert.equal(new Set(rows.map(([, , size]) => size)).size, 1, text);
    await filesystemsOn(
      judged,
      rows.map(([path = '']) => path),
      'ext4',
    );
  };

/** Every drive is offered raw, by a path that stays. */
export const raw: Judge = async ({ node, drives, volumes }) => {
  assert.deepEqual(new Set(volumes.map(({ spec }) => spec?.volumeMode)), new Set(['Block']));
  const paths = pathsOf(volumes);
  assert.ok(
    paths.every((path) => path.startsWith('/dev/disk/by-id/')),
    paths.join(' '),
  );
  assert.deepEqual(await realPaths(node, paths), await realPaths(node, drives));
};

/** Every drive is swap of one priority. */
export const swap: Judge = async ({ node, drives, volumes }) => {
  assert.deepEqual(volumes, []);
  const on = lines(await node.run(['swapon', '--noheadings', '--raw', '--show=NAME,PRIO'])).sort();
  assert.deepEqual(
    on,
    (await realPaths(node, drives)).map((name) => `${name} 10`),
  );
};

const NVME_CLASS = '0x010802';

/** So many controllers are that driver's, and the kernel shows none of the drives. */
export const handedTo =
  (driver: string): Judge =>
  async ({ node, drives, volumes }) => {
    assert.deepEqual(volumes, []);
    const script = `for d in /sys/bus/pci/drivers/${driver}/0000:*; do cat "$d/class"; done`;
    const classes = lines(await node.run(['sh', '-c', script]));
    assert.deepEqual(
      classes,
      drives.map(() => NVME_CLASS),
    );
    for (const drive of drives) assert.equal((await node.exec(['test', '-e', drive])).exitCode, 1, drive);
  };

/** Nothing of any layout is left: drives raw and the kernel's, no array, group, swap, mount or volume. */
export const nothing: Judge = async ({ node, drives, volumes }) => {
  assert.deepEqual(volumes, []);
  for (const drive of drives) {
    await node.run(['test', '-b', drive]);
    assert.equal((await node.exec(['blkid', '-p', '-o', 'export', drive])).stdout, '', drive);
  }
  const script = 'vgs --noheadings; ls /dev/md/* 2>/dev/null; tail -n +2 /proc/swaps; findmnt -rn -o TARGET';
  const left = lines(await node.run(['sh', '-c', script]));
  assert.deepEqual(
    left.filter((line) => !line.startsWith('/') || /^\/(pv-disks|dev\/(md|nvme|dm))/.test(line)),
    [],
  );
};
