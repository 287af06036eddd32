import { expect, test } from 'vitest';
import { formatBegun, parseBegun } from '../../../../agent/discover/begun.ts';
import { parseExport } from '../../../../agent/discover/export-format.ts';
import { parseLvmReport } from '../../../../agent/discover/lvm-report.ts';
import { parseMdstat } from '../../../../agent/inventory/mdstat.ts';
import { parseMountinfo } from '../../../../agent/inventory/mountinfo.ts';
import { parseSwaps } from '../../../../agent/inventory/swaps.ts';

test('blkid’s export is read, with its escapes and values that hold an equals sign', () => {
  const text = 'DEVNAME=/dev/nvme1n1\nLABEL=my\\ data\nUUID=0a-1\nPART=a=b\nTYPE=ext4\n\n';
  expect(parseExport(text)).toEqual({
    DEVNAME: '/dev/nvme1n1',
    LABEL: 'my data',
    UUID: '0a-1',
    PART: 'a=b',
    TYPE: 'ext4',
  });
});

test('mdadm’s export is read', () => {
  const text =
    'MD_LEVEL=raid0\nMD_DEVICES=2\nMD_UUID=fd997f1b:c1da5a6a:ba4ae6ff:b0017e53\nMD_NAME=any:nvme-fd997f1b\n';
  expect(parseExport(text)).toMatchObject({
    MD_UUID: 'fd997f1b:c1da5a6a:ba4ae6ff:b0017e53',
    MD_DEVICES: '2',
  });
});

test('an LVM report is its rows', () => {
  const text =
    '{"report":[{"pv":[{"pv_name":"/dev/nvme1n1","vg_name":"data"},{"pv_name":"[unknown]","vg_name":"data"}]}]}';
  expect(parseLvmReport(text, 'pv').map(({ pv_name }) => pv_name)).toEqual(['/dev/nvme1n1', '[unknown]']);
  expect(parseLvmReport('{"report":[{"vg":[]}]}', 'vg')).toEqual([]);
  expect(() => parseLvmReport('{"report":{}}', 'lv')).toThrow('Expected');
});

test('mountinfo is read with its escapes and optional fields', () => {
  const text = [
    '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue',
    '37 35 259:1 / /srv\\040with\\134odd\\011names rw shared:2 master:3 - ext4 /dev/nvme1n1 rw',
    '38 35 0:45 / /empty rw - tmpfs  rw',
    '',
  ].join('\n');
  expect(parseMountinfo(text)).toEqual([
    { majMin: '98:0', mountPoint: '/mnt2', fsType: 'ext3', source: '/dev/root' },
    { majMin: '259:1', mountPoint: '/srv with\\odd\tnames', fsType: 'ext4', source: '/dev/nvme1n1' },
    { majMin: '0:45', mountPoint: '/empty', fsType: 'tmpfs', source: '' },
  ]);
  expect(parseMountinfo('36 35 98:0 /mnt1')).toBeUndefined();
});

test('swaps are told by device, with or without /dev, and swap files are no devices', () => {
  const header = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n';
  const lines = '/dev/nvme1n1 partition 1 0 -2\n/nvme2n1 partition 1 0 -3\n/swapfile file 1 0 -4\n';
  expect(parseSwaps(header + lines)).toEqual([
    { name: 'nvme1n1', priority: -2 },
    { name: 'nvme2n1', priority: -3 },
  ]);
  expect(parseSwaps(header)).toEqual([]);
  expect(parseSwaps('something else\n')).toBeUndefined();
});

test('mdstat tells arrays, their state and members', () => {
  const text = [
    'Personalities : [raid0] [raid1] ',
    'md126 : active (auto-read-only) raid1 sdb2[1] sda2[0](W)',
    '      419430400 blocks super 1.2 [2/2] [UU]',
    'md127 : inactive nvme1n1[0](S)',
    '      1 blocks super 1.2',
    'md0 : active raid10 nvme3n1[2](F) nvme2n1[1]',
    'md3 : broken raid0 nvme5n1[1]',
    'unused devices: <none>',
  ].join('\n');
  expect(parseMdstat(text)).toEqual([
    { name: 'md126', active: true, level: 'raid1', members: ['sdb2', 'sda2'] },
    { name: 'md127', active: false, members: ['nvme1n1'] },
    { name: 'md0', active: true, level: 'raid10', members: ['nvme3n1', 'nvme2n1'] },
    { name: 'md3', active: true, level: 'raid0', members: ['nvme5n1'] },
  ]);
});

test('the record of what was begun is written and read the same', () => {
  expect(parseBegun(formatBegun(['b', 'a', 'b']))).toEqual(['a', 'b']);
  expect(() => parseBegun('{}')).toThrow(TypeError);
  expect(() => parseBegun('[1]')).toThrow(TypeError);
});
