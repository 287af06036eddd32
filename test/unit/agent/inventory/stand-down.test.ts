import { expect, test } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import {
  EBS,
  machine,
  partition,
  type DriveOverrides,
  type MachineOverrides,
} from '../../../builders/machine.ts';

/** What a machine with this drive and a blank one beside it is told to be, and the steps that are planned there. */
function look(drive: DriveOverrides, more: MachineOverrides = {}, nodeLabels: Record<string, string> = {}) {
  const spec = withDefaults({ provider: 'aws' });
  const snapshot = machine({ drives: { nvme1n1: drive, nvme2n1: {} }, ...more });
  const context = { provider: spec.provider, drives: spec.drives, strict: true, volumes: [], nodeLabels };
  const inventory = takeInventory(snapshot, context);
  return { standDown: inventory.standDown, steps: planSetup(inventory, { spec, nodeUID: '' }).steps.length };
}

const xfs = { TYPE: 'xfs', UUID: 'a' };
const labelled = (label: string): DriveOverrides => ({ blkid: { ...xfs, LABEL: label }, row: { label } });
const array = (name: string): DriveOverrides => ({
  blkid: {
    TYPE: 'linux_raid_member',
    UUID: 'aabbccdd-aabb-ccdd-aabb-ccddaabbccdd',
    LABEL: `ip-10-0-0-1:${name}`,
  },
});
const mounted = (path: string): MachineOverrides => ({ mounts: { '/dev/nvme1n1': path } });

test.each<[string, DriveOverrides, MachineOverrides, Record<string, string>, RegExp]>([
  ['nodeadm’s array, not assembled', array('kubernetes'), {}, {}, /nodeadm has made the array/],
  [
    'a drive that nodeadm mounted by itself',
    { blkid: xfs },
    mounted('/mnt/k8s-disks/0'),
    {},
    /nodeadm .* \/mnt\/k8s-disks\/0/,
  ],
  ['Bottlerocket’s ephemeral storage', labelled('ephemeral'), {}, {}, /Bottlerocket/],
  ['Bottlerocket’s, before it is named', labelled('.ephemeral'), {}, {}, /Bottlerocket/],
  [
    'Bottlerocket’s on a partition',
    { children: [partition('nvme1n1p1', { label: 'ephemeral' })] },
    {},
    {},
    /Bottlerocket/,
  ],
  ['azure-vm-utils’', labelled('AzureEphmDsk'), {}, {}, /azure-vm-utils/],
  [
    'GKE’s, by the Node’s label',
    {},
    {},
    { 'cloud.google.com/gke-ephemeral-storage-local-ssd': 'true' },
    /GKE/,
  ],
])('sets no drive up beside %s', (_, drive, more, labels, reason) => {
  const { standDown, steps } = look(drive, more, labels);
  expect(standDown).toMatch(reason);
  expect(steps).toBe(0);
});

test.each<[string, DriveOverrides, MachineOverrides, Record<string, string>]>([
  ['an array of another name', array('tank'), {}, {}],
  ['a mount elsewhere', { blkid: xfs }, mounted('/data'), {}],
  ['another label', labelled('ephemeral2'), {}, {}],
  [
    'a remote disk with Bottlerocket’s label',
    { ...labelled('ephemeral'), model: EBS, serial: 'vol0123456789' },
    {},
    {},
  ],
  ['GKE’s label for raw drives', {}, {}, { 'cloud.google.com/gke-local-nvme-ssd': 'true' }],
  ['GKE’s label that says no', {}, {}, { 'cloud.google.com/gke-ephemeral-storage-local-ssd': 'false' }],
])('sets the blank drive up beside %s', (_, drive, more, labels) => {
  const { standDown, steps } = look(drive, more, labels);
  expect(standDown).toBeUndefined();
  expect(steps).toBeGreaterThan(0);
});
