import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PAUSED } from '../../../api/keys.ts';
import { pauseOf } from '../../../api/pause.ts';
import type { NodeRequest, NVMeNode } from '../../../api/node.ts';
import { nodes, nvmeNodes, type PersistentVolume } from '../../../kube/resources.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import { inPool, profileFor, startScene, type Scene } from '../main-job/scene.ts';

const NAME = 'life';

describe('the life of a node with RAID 0 over two drives', () => {
  let scene: Scene;
  let node: LabNode;
  let requests = 0;

  const volume = async (): Promise<PersistentVolume | undefined> => (await scene.volumesOf(NAME))[0];
  const dataPath = async (): Promise<string> => (await volume())?.spec?.local?.path ?? '';
  const condition = (nvme: NVMeNode | undefined, type: string) =>
    nvme?.status?.conditions?.find((one) => one.type === type && one.status === 'True');
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
  const order = async (request: Omit<NodeRequest, 'id'>): Promise<string> => {
    const id = `life-${(requests += 1)}`;
    const body = { spec: { request: { ...request, id } } };
    await scene.kube.patch(nvmeNodes, NAME, { type: 'merge', body });
    return id;
  };
  const isDone = (id: string, { status }: NVMeNode): boolean =>
    status?.observedRequestID === id && status.progress === undefined;
  /** Orders the reset that is planned now, and does so again when the plan has changed meanwhile, as a person would. */
  const resetByPlan = async (): Promise<NVMeNode> => {
    for (let tries = 1; ; tries += 1) {
      const planID = (await scene.nvmeNode(NAME))?.status?.resetPlan?.id ?? '';
      const id = await order({ type: 'reset', planID });
      const nvme = await until('the reset to be done or refused', (found) => isDone(id, found));
      const refusal = condition(nvme, 'Refused')?.message ?? '';
      if (tries === 5 || !refusal.includes('and the plan is')) return nvme;
    }
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

  it('names the drive that is pulled, on the node and on the volume, although the array says clean', async () => {
    const [pulled] = await localDrives();
    await node.unplug(pulled?.id ?? '');
    const nvme = await until('the missing drive to be named', (found) => {
      const isNamed = condition(found, 'Degraded')?.message.includes(pulled?.serial ?? '?') === true;
      return isNamed && found.status?.volumes?.[0]?.state === 'Failed';
    });
    expect(nvme.status?.volumes?.[0]?.reason).toContain(pulled?.serial);
    expect((await volume())?.metadata?.annotations?.['kubectl-nvme.dev/degraded']).toContain(pulled?.serial);
    expect(await node.run(['cat', '/proc/mdstat'])).toMatch(/^md\d+ : active raid0/m);
  });

  it('is reset with the ID of the plan only, and stays raw and paused', async () => {
    const stale = await order({ type: 'reset', planID: '0000000000000000' });
    const refused = await until('the stale order to be refused', (nvme) => isDone(stale, nvme));
    expect(condition(refused, 'Refused')?.message).toContain('it was for plan 0000000000000000');
    expect(await volume()).toBeDefined();

    const nvme = await resetByPlan();

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
    const body = { metadata: { annotations: { [PAUSED]: null } } };
    await scene.kube.patch(nodes, NAME, { type: 'merge', body });
    await untilReadyAgain();
    expect(await scene.volumesOf(NAME)).toHaveLength(2);
    const nvme = await resetByPlan();

    expect(condition(nvme, 'Paused')).toMatchObject({ reason: 'Reset' });
    expect(await scene.volumesOf(NAME)).toEqual([]);
    expect(await node.run(['vgs', '--noheadings'])).toBe('');
    const [, left] = await localDrives();
    expect(await signature(left?.serial ?? '')).toBe('');
  });
});
