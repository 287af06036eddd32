import { expect, test } from 'vitest';
import type { HostInit } from '../../../../agent/host/host-init.ts';
import { inHostNamespace } from '../../../../agent/host/mount-namespace.ts';

const sharing: HostInit = { found: true, proc: '/host/proc', sharesPids: true };
const apart: HostInit = { found: true, proc: '/host/proc', sharesPids: false };
const unknown: HostInit = { found: false, reason: 'no idea' };
const mount = ['mount', '-t', 'xfs', '-o', 'noatime', '/dev/nvme1n1', '/pv-disks/u'];

test('on the host, mount runs as it is', () => {
  expect(inHostNamespace(mount, '/', sharing)).toEqual(mount);
});

test('where the host’s PIDs are ours, mount enters the host’s mount namespace', () => {
  const entered = ['nsenter', '--target', '1', '--mount', '--', ...mount];
  expect(inHostNamespace(mount, '/host', sharing)).toEqual(entered);
});

test('where they are not, mount works below the root mount; devices are shared', () => {
  expect(inHostNamespace(mount, '/host', apart)).toEqual([
    ...['mount', '-t', 'xfs', '-o', 'noatime'],
    ...['/dev/nvme1n1', '/host/pv-disks/u'],
  ]);
});

test('does not mount where the host cannot be told from a container', () => {
  expect(() => inHostNamespace(mount, '/host', unknown)).toThrow('no idea');
});

test('other programs run where we are', () => {
  const mkfs = ['mkfs.xfs', '/dev/nvme1n1'];
  expect(inHostNamespace(mkfs, '/host', unknown)).toEqual(mkfs);
});
