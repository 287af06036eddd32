import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pauseOf } from '../../../api/pause.ts';
import type { NVMeNode } from '../../../api/node.ts';
import { nodes, nvmeNodes, type PersistentVolume } from '../../../kube/resources.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import { ordersFor, trueCondition as condition, type Orders } from '../main-job/orders.ts';
import { inPool, profileFor, startScene, type Scene } from '../main-job/scene.ts';

const NAME = 'life';

describe('the life of a node with RAID 0 over two drives', () => {
  let scene: Scene;
  let node: LabNode;
  let orders: Orders;

  const volume = async (): Promise<PersistentVolume | undefined> => (await scene.volumesOf(NAME))[0];
  const dataPath = async (): Promise<string> => (await volume())?.spec?.local?.path ?? '';
  const until = (what: string, holds: (nvme: NVMeNode) => boolean, seconds = 180): Promise<NVMeNode> =>
    scene.until(what, seconds, async () => {
      const nvme = await scene.nvmeNode(NAME);
      return nvme !== undefined && holds(nvme) ? nvme : undefined;
    });
  /** Ready in the boot that the machine runs now. */
  const untilReadyAgain = async (): Promise<NVMeNode> => {
    const bootID = (await node.bootID()).trim();
    return until('the drives to be ready in this boot', (nvme) => {
      return nvme.status?.bootID === bootID && condition(nvme, 'Ready') !== undefined;
    });
  };
  /** What blkid finds on a local drive, past every cache. */
  const signature = async (serial: string): Promise<string> =>
    (await node.exec(['blkid', '-p', `/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_${serial}`])).stdout.trim();
  const localDrives = async () => (await node.drives()).filter(({ role }) => role === 'local');

  beforeAll(async () => {
    scene = await startScene();
    await scene.apply(
      profileFor('fast', {
        drives: { minCount: 1 },
        layout: { type: 'RAID' },
        cleanup: { boundGracePeriod: '10s' },
      }),
    );
    orders = ordersFor(scene, NAME);
    node = await scene.lab.addNode(NAME, { drives: 2, labels: inPool('fast'), until: 'Ready' });
    await untilReadyAgain();
  });

  afterAll(() => scene.end());

  it('keeps its volume and the data through a reboot', async () => {
    const before = await volume();
    const script = `echo precious > ${await dataPath()}/file && sync`;
    await node.run(['sh', '-c', script]);

    await node.reboot();
    await untilReadyAgain();

    expect((await volume())?.metadata?.uid).toBe(before?.metadata?.uid);
    expect(await node.run(['cat', `${await dataPath()}/file`])).toBe('precious\n');
  });

  it('proves its volume lost after a stop and start, and gets a new one once it is gone', async () => {
    const before = await volume();

    await node.stopStart();
    await scene.until('the volume to be proved lost', 180, async () => {
      const nvme = await scene.nvmeNode(NAME);
      return condition(nvme, 'Degraded')?.reason === 'VolumeLost' ? true : undefined;
    });
    await untilReadyAgain();

    const after = await volume();
    expect(after?.metadata?.uid).not.toBe(before?.metadata?.uid);
    expect(await node.run(['ls', '-A', await dataPath()])).toBe('');
    expect(await node.run(['findmnt', '-n', '-o', 'FSTYPE', '-T', await dataPath()])).toBe('ext4\n');
  });

  it('names the drive that is pulled, on the node and on the volume, although the array runs on', async () => {
    const [pulled] = await localDrives();
    await node.unplug(pulled?.id ?? '');
    const nvme = await until('the missing drive to be named', (found) => {
      const isNamed = condition(found, 'Degraded')?.message.includes(pulled?.serial ?? '?') === true;
      // A look while the kernel takes the drive away cannot read everything, and says so; the next one names the drive.
      const [lacking] = found.status?.volumes ?? [];
      return (
        isNamed && lacking?.state === 'Failed' && lacking.reason?.includes(pulled?.serial ?? '?') === true
      );
    });
    expect(nvme.status?.volumes).toHaveLength(1);
    expect((await volume())?.metadata?.annotations?.['kubectl-nvme.dev/degraded']).toContain(pulled?.serial);
    // Broken once the kernel has tried to write to it.
    expect(await node.run(['cat', '/proc/mdstat'])).toMatch(/^md\d+ : (?:active|broken) raid0/m);
  });

  it('is reset with the ID of the plan only, and stays raw and paused', async () => {
    const refused = await orders.carryOut({ type: 'reset', planID: '0000000000000000' });
    expect(condition(refused, 'Refused')?.message).toContain('it was for plan 0000000000000000');
    expect(await volume()).toBeDefined();

    const nvme = await orders.reset();

    expect(condition(nvme, 'Refused')?.reason).not.toBe('RequestRefused');
    expect(condition(nvme, 'Paused')).toMatchObject({ reason: 'Reset' });
    expect(await volume()).toBeUndefined();
    const [, left] = await localDrives();
    expect(await signature(left?.serial ?? '')).toBe('');
    expect(await node.run(['cat', '/proc/mdstat'])).not.toMatch(/^md/m);
    expect(nvme.status?.drives?.filter(({ role }) => role === 'Local')).toMatchObject([{ state: 'Free' }]);
    const { metadata, spec } = await scene.kube.get(nodes, NAME);
    expect(pauseOf(metadata?.annotations)).toMatchObject({ by: 'nvme-agent' });
    expect(spec?.taints?.map(({ key }) => key).join()).toContain('disk-unconfigured');
  });

  it('is set up otherwise when a person ends the pause, and is reset again, volume group and all', async () => {
    const overrides = { layout: { type: 'LVM', lvm: { slices: 2 } } };
    await scene.kube.patch(nvmeNodes, NAME, { type: 'merge', body: { spec: { overrides } } });
    await orders.endPause();
    await untilReadyAgain();
    expect(await scene.volumesOf(NAME)).toHaveLength(2);
    const nvme = await orders.reset();

    expect(condition(nvme, 'Paused')).toMatchObject({ reason: 'Reset' });
    expect(await scene.volumesOf(NAME)).toEqual([]);
    expect(await node.run(['vgs', '--noheadings'])).toBe('');
    const [, left] = await localDrives();
    expect(await signature(left?.serial ?? '')).toBe('');
  });
});
