import { describe, expect, it } from 'vitest';
import type { SpdkController } from '../../../../api/snapshot.ts';
import type { Planned } from '../../../../agent/plan/planned.ts';
import type { DriveOverrides } from '../../../builders/machine.ts';
import {
  A,
  controller,
  handedController,
  planFor,
  spdkMachine,
  spdkRecord,
  spdkSpec,
} from '../../../builders/spdk-machine.ts';

const names = ({ steps }: Planned): string[] => steps.map(({ name }) => name);
const bindings = ({ steps }: Planned) => steps.filter((step) => step.kind === 'pci-bind');
const refusal = ({ plan }: Planned, path = '/dev/nvme1n1') =>
  plan.refusals.find((one) => one.path === path)?.reason;

describe('what SPDK has', () => {
  const none = spdkSpec({ hugepages: { perNUMANode: 0 } });
  const bound = (driver: string | null, spdk = spdkRecord([handedController()])) =>
    spdkMachine({}, { snapshot: { pci: [controller(A, { driver })], spdk } });
  const after = (drive: DriveOverrides, more: Partial<SpdkController> = { bootID: 'before' }) =>
    spdkMachine(
      { nvme1n1: { address: A, ...drive } },
      { snapshot: { pci: [controller(A)], spdk: spdkRecord([handedController(more)]) } },
    );
  const drives = ({ plan }: Planned) => plan.drives.filter(({ role }) => role !== 'Root');

  it('is shown with the name it had, and nothing is left to do', () => {
    const planned = planFor(bound('uio_pci_generic'), none);
    expect(planned.steps).toEqual([]);
    expect(planned.plan.candidates).toEqual([A]);
    expect(drives(planned)).toMatchObject([
      { path: A, role: 'Local', state: 'Ours', model: 'M', reason: 'handed to SPDK by uio_pci_generic' },
    ]);
  });

  it.each([
    ['unbound', null, 'bound'],
    ['bound, but not noted', 'uio_pci_generic', 'begun'],
  ] as const)('and was interrupted when it was %s goes on', (_, driver, state) => {
    const planned = planFor(bound(driver, spdkRecord([handedController({ state })])), none);
    expect(bindings(planned)).toMatchObject([{ address: A, devices: [] }]);
  });

  it.each([
    ['somebody else’s: another driver', 'vfio-pci', {}],
    ['somebody else’s: bound in a boot that we did not bind it in', 'uio_pci_generic', { bootID: 'before' }],
  ])('is left alone when it is %s', (_, driver, more) => {
    const planned = planFor(bound(driver, spdkRecord([handedController(more)])), none);
    expect(planned.steps).toEqual([]);
    expect(drives(planned)).toMatchObject([{ path: A, role: 'Other', state: 'InUse' }]);
  });

  it('is handed over again after a reboot, whatever SPDK has written there', () => {
    expect(bindings(planFor(after({ sample: null }), none))).toMatchObject([{ address: A, carried: [] }]);
    expect(bindings(planFor(after({}), none))).toHaveLength(1);
  });

  it('is handed over again also when the profile wants another layout by now, which never touches it', () => {
    const filesystem = spdkSpec({}, { layout: { type: 'Filesystem' } });
    for (const drive of [{}, { sample: null }]) {
      const planned = planFor(after(drive), filesystem);
      expect(planned.steps.map(({ kind }) => kind)).toEqual(['load-driver', 'pci-bind']);
      expect(planned.drift).toContain('our SPDK layout, not Filesystem');
    }
  });

  it('gets its hugepages again after a reboot, also when the profile is gone', () => {
    const spdk = spdkRecord([handedController({ bootID: 'before' })], {
      hugepages: [{ numaNode: 1, size: '2Mi', pages: 8, bootID: 'before' }],
    });
    const machine = spdkMachine({ nvme1n1: { address: A, sample: null } }, { snapshot: { spdk } });
    expect(names(planFor(machine, spdkSpec({}, { layout: { type: 'Filesystem' } })))[0]).toBe(
      'set hugepages of 2Mi on NUMA node 1 from 0 to 8: 8 for SPDK',
    );
  });

  it.each([
    ['carries a filesystem now', { blkid: { TYPE: 'ext4', UUID: 'u' } }, /ext4.*was SPDK’s before.*Adopt/],
    ['is mounted now', { holders: ['dm-1'] }, /held by dm-1/],
  ])('is left alone after a reboot when it %s', (_, drive, reason) => {
    const planned = planFor(after(drive), none);
    expect(planned.steps).toEqual([]);
    expect(refusal(planned)).toMatch(reason);
  });

  it('is handed over with its filesystem when the profile says Adopt', () => {
    const blkid = { TYPE: 'ext4', UUID: 'u' };
    const adopt = spdkSpec({ hugepages: { perNUMANode: 0 } }, { existingData: 'Adopt' });
    expect(bindings(planFor(after({ blkid }), adopt))).toMatchObject([{ carried: ['ext4 u'] }]);
  });

  it('is left alone when the record was begun in an earlier boot: nothing was handed over', () => {
    const planned = planFor(after({ sample: null }, { bootID: 'before', state: 'begun' }), none);
    expect(planned.steps).toEqual([]);
    expect(refusal(planned)).toContain('its blocks are not blank');
  });

  it('is left alone when the record came with another machine’s disk', () => {
    const spdk = { ...spdkRecord([handedController({ bootID: 'before' })]), machineID: 'another' };
    const machine = spdkMachine({ nvme1n1: { address: A, sample: null } }, { snapshot: { spdk } });
    expect(planFor(machine, none).steps).toEqual([]);
  });

  it('was given back: nobody takes it before it is blank', () => {
    const back = after({ sample: null }, { state: 'returned' });
    expect(planFor(back, none).steps).toEqual([]);
    expect(refusal(planFor(back, none))).toContain('SPDK has given it back');
    expect(bindings(planFor(after({}, { state: 'returned' }), none))).toHaveLength(1);
  });

  it('by another driver than the profile names has drifted', () => {
    const spec = spdkSpec({ driver: 'vfio-pci', hugepages: { perNUMANode: 0 } });
    expect(planFor(bound('uio_pci_generic'), spec).drift).toBe(
      `${A} is bound to uio_pci_generic, not vfio-pci`,
    );
  });
});
