import { describe, expect, it } from 'vitest';
import { drivesAfterStop, imitationList, newDrives } from '../../../../lab/node/drives.ts';
import { clouds } from '../../../../lab/options.ts';

const GiB = 2 ** 30;

describe('the drives of a lab machine', () => {
  it('are controllers of QEMU, with different serials on different machines', () => {
    const drives = newDrives('generic', 2, GiB, 'a');
    const serials = [...drives, ...newDrives('generic', 2, GiB, 'b')].map(({ serial }) => serial);

    expect(drives.map(({ role }) => role)).toEqual(['local', 'local']);
    expect(new Set(serials).size).toBe(4);
    expect(imitationList(drives)).toBe('');
  });

  it('look like instance store and EBS on AWS', () => {
    const [first, second, remote, ...rest] = newDrives('aws', 2, GiB, 'a');

    expect(rest).toEqual([]);
    expect(first).toMatchObject({ role: 'local', model: 'Amazon EC2 NVMe Instance Storage', nsid: 1 });
    expect(first?.serial).toMatch(/^AWS[0-9A-F]{17}$/);
    expect(second?.serial).not.toBe(first?.serial);
    expect(remote).toMatchObject({ role: 'remote', model: 'Amazon Elastic Block Store' });
    expect(remote?.serial).toMatch(/^vol0[0-9a-f]{16}$/);
  });

  it('share one controller and one serial on GCP, as its local SSDs do', () => {
    const local = newDrives('gcp', 3, GiB, 'a').filter(({ role }) => role === 'local');

    expect(local.map(({ nsid }) => nsid)).toEqual([1, 2, 3]);
    expect(new Set(local.map(({ imitation }) => imitation?.nqn)).size).toBe(1);
    expect(new Set(local.map(({ serial }) => serial))).toEqual(new Set(['nvme_card']));
    expect(new Set(local.map(({ imitation }) => imitation?.uuid)).size).toBe(3);
  });

  it('have a data disk behind a remote accelerator on Azure', () => {
    const [local, remote] = newDrives('azure', 1, GiB, 'a');

    expect(local?.model).toBe('Microsoft NVMe Direct Disk v2');
    expect(remote).toMatchObject({ role: 'remote', model: 'MSFT NVMe Accelerator v1.0', nsid: 2 });
  });

  it.each(clouds.filter((cloud) => cloud !== 'generic'))(
    'are other ones after a stop on %s, the remote one the same',
    (cloud) => {
      const before = newDrives(cloud, 2, GiB, 'a');
      const after = drivesAfterStop(cloud, before, 'b');
      const files = (role: string, drives: typeof before): unknown[] =>
        drives.filter((drive) => drive.role === role).map(({ imitation }) => imitation?.file);

      expect(files('remote', after)).toEqual(files('remote', before));
      expect(files('local', after)).not.toEqual(files('local', before));
    },
  );

  it('are told to the guest as one line each of seven fields, whatever blanks a model has', () => {
    const lines = imitationList(newDrives('aws', 2, GiB, 'a'))
      .trimEnd()
      .split('\n');

    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line.split('\t')).toHaveLength(7);
    expect(lines[0]?.split('\t').slice(3, 4)).toEqual([String(GiB)]);
  });

  it('have namespace UUIDs of a valid form that a reboot does not change', () => {
    const uuids = (): unknown[] => newDrives('aws', 2, GiB, 'a').map(({ imitation }) => imitation?.uuid);

    expect(uuids()).toEqual(uuids());
    for (const uuid of uuids())
      expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
