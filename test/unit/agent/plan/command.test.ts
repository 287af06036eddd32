import { expect, test } from 'vitest';
import { commandOf, makes, writesTo } from '../../../../agent/plan/command.ts';
import type { Step } from '../../../../agent/plan/step.ts';

const UUID = 'b3b3d68e-6740-5dc4-9f05-a3509acefdfb';
const LVM = [
  '--config',
  'devices { use_devicesfile=0 hints="none" } activation { udev_sync=0 udev_rules=0 }',
];
const stripe = { chunkBytes: 524288, dataMembers: 3 };

const CASES: [Step, string[]][] = [
  [
    { kind: 'mkfs', name: '', device: '/dev/a', fsType: 'ext4', uuid: UUID, replaces: [] },
    `mkfs.ext4 -q -F -b 4096 -m 0 -U ${UUID} -E nodiscard,lazy_itable_init=1 /dev/a`.split(' '),
  ],
  [
    { kind: 'mkfs', name: '', device: '/dev/md/x', fsType: 'ext4', uuid: UUID, replaces: [], stripe },
    `mkfs.ext4 -q -F -b 4096 -m 0 -U ${UUID} -E nodiscard,lazy_itable_init=1,stride=128,stripe-width=384 /dev/md/x`.split(
      ' ',
    ),
  ],
  [
    { kind: 'mkfs', name: '', device: '/dev/a', fsType: 'xfs', uuid: UUID, replaces: [] },
    `mkfs.xfs -q -f -K -m uuid=${UUID} /dev/a`.split(' '),
  ],
  [
    { kind: 'mkfs', name: '', device: '/dev/md/x', fsType: 'xfs', uuid: UUID, replaces: [], stripe },
    `mkfs.xfs -q -f -K -m uuid=${UUID} -d su=524288,sw=3 /dev/md/x`.split(' '),
  ],
  [
    {
      kind: 'md-create',
      name: '',
      arrayName: 'nvme-b3b3d68e',
      uuid: UUID,
      level: 0,
      chunkBytes: 65536,
      devices: ['/dev/a', '/dev/b'],
      replaces: [],
    },
    [
      ...'mdadm --create /dev/md/nvme-b3b3d68e --run --homehost=any --metadata=1.2 --name=nvme-b3b3d68e'.split(
        ' ',
      ),
      ...'--uuid=b3b3d68e:67405dc4:9f05a350:9acefdfb --level=0 --chunk=64 --raid-devices=2 /dev/a /dev/b'.split(
        ' ',
      ),
    ],
  ],
  [
    { kind: 'md-assemble', name: '', arrayName: 'nvme-b3b3d68e', uuid: UUID, devices: ['/dev/a', '/dev/b'] },
    'mdadm --assemble /dev/md/nvme-b3b3d68e --run --uuid=b3b3d68e:67405dc4:9f05a350:9acefdfb /dev/a /dev/b'.split(
      ' ',
    ),
  ],
  [{ kind: 'md-stop', name: '', device: '/dev/md127', uuid: UUID }, ['mdadm', '--stop', '/dev/md127']],
  [
    { kind: 'wipe-signatures', name: '', device: '/dev/a', carries: {}, begins: [] },
    ['wipefs', '--all', '--quiet', '/dev/a'],
  ],
  [{ kind: 'make-raw', name: '', device: '/dev/a', uuid: UUID, bytes: 1 }, ['blkdiscard', '/dev/a']],
  [
    { kind: 'unmount', name: '', device: '/dev/a', uuid: UUID, path: '/pv-disks/x' },
    ['umount', '/pv-disks/x'],
  ],
  [
    { kind: 'lv-remove', name: '', vgName: 'vg', lvName: 'slice-0', tag: 't' },
    ['lvremove', ...LVM, '--yes', '--select', 'lv_tags=t', 'vg/slice-0'],
  ],
  [
    { kind: 'vg-remove', name: '', vgName: 'vg', tag: 't', devices: ['/dev/a'] },
    ['vgremove', ...LVM, '--select', 'vg_tags=t', 'vg'],
  ],
  [
    { kind: 'pv-create', name: '', device: '/dev/a', uuid: UUID, replaces: [] },
    [
      'pvcreate',
      ...LVM,
      '--yes',
      '--uuid',
      'b3b3d6-8e67-405d-c49f-05a3-509a-cefdfb',
      '--norestorefile',
      '/dev/a',
    ],
  ],
  [
    { kind: 'vg-create', name: '', vgName: 'vg', tag: 't', devices: ['/dev/a', '/dev/b'] },
    ['vgcreate', ...LVM, '--physicalextentsize', '4194304b', '--addtag', 't', 'vg', '/dev/a', '/dev/b'],
  ],
  [
    { kind: 'vg-activate', name: '', vgName: 'vg', devices: ['/dev/a'] },
    ['vgchange', ...LVM, '--activate', 'y', 'vg'],
  ],
  [
    { kind: 'lv-create', name: '', vgName: 'vg', lvName: 'slice-0', tag: 't', extents: 100, stripes: 2 },
    [
      ...['lvcreate', ...LVM, '--yes', '--wipesignatures', 'n', '--addtag', 't', '--name', 'slice-0'],
      ...['--stripes', '2', '--stripesize', '65536b', '--extents', '100', 'vg'],
    ],
  ],
  [
    {
      kind: 'mount',
      name: '',
      device: '/dev/a',
      fsType: 'xfs',
      uuid: UUID,
      path: '/pv-disks/x',
      options: ['noatime', 'ro'],
    },
    ['mount', '-t', 'xfs', '-o', 'noatime,ro', '/dev/a', '/pv-disks/x'],
  ],
  [{ kind: 'make-data-directory', name: '', mountPath: '/pv-disks/x', uuid: UUID }, []],
];

test.each(CASES)('%o is carried out by exactly one known command', (step, command) => {
  expect(commandOf(step)).toEqual(command);
});

test('an array of one drive is forced, because mdadm would not make it', () => {
  const one = CASES.map(([step]) => step).find((step) => step.kind === 'md-create');
  expect(one && commandOf({ ...one, devices: ['/dev/a'] })).toContain('--force');
});

test('RAID 10 gets the bitmap that mdadm would otherwise ask about', () => {
  const array = CASES.map(([step]) => step).find((step) => step.kind === 'md-create');
  expect(array && commandOf({ ...array, level: 10 })).toContain('--bitmap=internal');
});

test('every step that makes something says under which UUID, and which devices it writes', () => {
  const told = CASES.map(([step]) => [step.kind, makes(step) ?? '-', writesTo(step).join()]);
  expect(Object.fromEntries(told.map(([kind, ...rest]) => [kind, rest.join(' ')]))).toEqual({
    mkfs: `${UUID} /dev/md/x`,
    'md-create': `${UUID} /dev/a,/dev/b`,
    'md-assemble': '- ',
    'md-stop': '- ',
    'wipe-signatures': '- /dev/a',
    'make-raw': `${UUID} /dev/a`,
    unmount: '- ',
    'lv-remove': '- ',
    'vg-remove': '- ',
    'pv-create': `${UUID} /dev/a`,
    'vg-create': '- /dev/a,/dev/b',
    'vg-activate': '- ',
    'lv-create': '- ',
    mount: '- ',
    'make-data-directory': '- ',
  });
});
