import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../../api/defaults.ts';
import type { LayoutType } from '../../../../api/layout.ts';
import { takeInventory } from '../../../../agent/inventory/classify.ts';
import { clearedUuid } from '../../../../agent/plan/identity.ts';
import type { KnownVolume } from '../../../../agent/plan/known-volume.ts';
import { planSetup } from '../../../../agent/plan/plan.ts';
import { machine, type DriveOverrides, type MachineOverrides } from '../../../builders/machine.ts';

const LINK = 'nvme-Amazon_EC2_NVMe_Instance_Storage_AWSNVME1N1';
const handedOut = (phase: KnownVolume['phase'] = 'Bound'): KnownVolume => ({
  name: 'pv-raw',
  phase,
  path: `/dev/disk/by-id/${LINK}`,
  identity: `${LINK}#1`,
  own: true,
  raw: true,
});

function plan(
  drives: Record<string, DriveOverrides>,
  volumes: KnownVolume[] = [],
  { type = 'Block', ...more }: MachineOverrides & { type?: LayoutType } = {},
) {
  const spec = withDefaults({ provider: 'aws', layout: { type } });
  const snapshot = machine({ drives, ...more });
  const { provider, drives: selection } = spec;
  const inventory = takeInventory(snapshot, { provider, drives: selection, strict: true, volumes });
  return planSetup(inventory, { spec, nodeUID: 'u' });
}

const stateOf = ({ plan: { drives } }: ReturnType<typeof plan>, path = '/dev/nvme1n1') =>
  drives.find((drive) => drive.path === path)?.state;

describe('the layout Block', () => {
  it('offers each blank drive under its by-id path, and runs no program', () => {
    const planned = plan({ nvme1n1: {}, nvme2n1: {} });
    expect(planned.steps).toEqual([]);
    expect(planned.plan.candidates).toEqual(['/dev/nvme1n1', '/dev/nvme2n1']);
    expect(planned.plan.steps[0]).toEqual({
      name: `publish /dev/nvme1n1 raw, as /dev/disk/by-id/${LINK}`,
      command: [],
    });
    expect(planned.volumes[0]).toMatchObject({
      mode: 'Block',
      identity: `${LINK}#1`,
      path: `/dev/disk/by-id/${LINK}`,
      size: 900 * 2 ** 30,
      published: false,
    });
  });

  it('refuses a drive without a path that stays the same', () => {
    const { plan: shown, volumes } = plan({ nvme1n1: { links: [] } });
    expect(volumes).toEqual([]);
    expect(shown.refusals[0]?.reason).toContain('no by-id link');
  });

  it('refuses a drive that a reset has only marked: old bytes are still on it', () => {
    const identity = `${LINK}#1`;
    const base = machine({ drives: { nvme1n1: {} } });
    const mark = clearedUuid(base.machineID ?? '', identity);
    const samples = { '/dev/nvme1n1': { constant: null, mark } };
    const planned = plan({ nvme1n1: {} }, [], { snapshot: { samples } });
    expect([stateOf(planned), planned.volumes]).toEqual(['Free', []]);
    expect(planned.plan.refusals[0]?.reason).toContain('blkdiscard --zeroout');
  });

  it.each<[string, DriveOverrides]>([
    ['a filesystem', { blkid: { TYPE: 'ext4' } }],
    ['unnamed data', { sample: null }],
    ['a holder', { holders: ['dm-1'] }],
  ])('offers no drive with %s', (_, drive) => {
    expect(plan({ nvme1n1: drive }).volumes).toEqual([]);
  });

  it.each<[string, DriveOverrides, MachineOverrides]>([
    ['nothing', {}, {}],
    ['data without a name', { sample: null }, {}],
    ['a filesystem', { blkid: { TYPE: 'ext4', UUID: '0f5d3c1e-7a58-4f2c-9b1d-1f2e3d4c5b6a' } }, {}],
    [
      'a mounted filesystem',
      { blkid: { TYPE: 'xfs', UUID: '0f5d3c1e-7a58-4f2c-9b1d-1f2e3d4c5b6a' } },
      { mounts: { '/dev/nvme1n1': '/somewhere' } },
    ],
  ])('keeps a drive that is handed out, whatever its user has put on it: %s', (_, drive, more) => {
    for (const type of ['Block', 'Filesystem', 'RAID', 'LVM'] as const) {
      const planned = plan({ nvme1n1: drive }, [handedOut()], { type, ...more });
      expect(stateOf(planned)).toBe('Bound');
      expect([planned.steps, planned.plan.steps]).toEqual([[], []]);
      expect(planned.volumes).toMatchObject([{ mode: 'Block', published: true }]);
    }
  });

  it('is told as drift when another layout is wanted, and no blank drive is mixed in', () => {
    const planned = plan({ nvme1n1: {}, nvme2n1: {} }, [handedOut('Available')], { type: 'Filesystem' });
    expect(stateOf(planned)).toBe('Ours');
    expect(planned.drift).toContain('carries our Block layout, not Filesystem');
    expect([planned.steps, planned.plan.candidates]).toEqual([[], []]);
  });

  it('takes no drive for handed out that another provisioner’s volume names', () => {
    const { own: _, ...theirs } = handedOut();
    const planned = plan({ nvme1n1: {} }, [theirs]);
    expect([stateOf(planned), planned.volumes]).toEqual(['InUse', []]);
  });

  it('calls a handed-out drive Unknown when it could not be read', () => {
    const snapshot = { errors: { 'blkid:/dev/nvme1n1': 'EIO' } };
    expect(stateOf(plan({ nvme1n1: {} }, [handedOut()], { snapshot }))).toBe('Unknown');
  });
});
