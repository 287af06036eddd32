import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LabDrive } from '../../../lab/node/drives.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import type { Cloud } from '../../../lab/options.ts';
import { inPool, profileFor, startScene, type Scene } from '../main-job/scene.ts';

/** AWS is the cloud of the birth tests; a generic machine that of most others. */
const CLOUDS: [Cloud, { local: string; remote: string }][] = [
  ['gcp', { local: 'nvme_card', remote: 'nvme_card-pd' }],
  ['azure', { local: 'Microsoft NVMe Direct Disk v2', remote: 'MSFT NVMe Accelerator v1.0' }],
];

describe('drives with the faces of other clouds', () => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await startScene();
    await scene.apply(profileFor('fast', { drives: { minCount: 2 } }));
  });

  afterAll(() => scene.end());

  describe.each(CLOUDS)('on %s', (cloud, models) => {
    let node: LabNode;
    let remote: LabDrive | undefined;
    let before: string;

    beforeAll(async () => {
      node = await scene.lab.addNode(cloud, { cloud, drives: 2, labels: inPool('fast'), until: 'Booted' });
      remote = (await node.drives()).find(({ role }) => role === 'remote');
      before = await node.driveDigest(remote?.id ?? '');
      await scene.untilReady(cloud);
    });

    afterAll(() => node.delete());

    it('names the cloud, and tells both local drives from the remote one', async () => {
      const { provider, drives = [] } = (await scene.nvmeNode(cloud))?.status ?? {};
      expect(provider).toBe(cloud);
      const modelsOf = (wanted: string): (string | undefined)[] =>
        drives.filter(({ role }) => role === wanted).map(({ model }) => model);
      expect(modelsOf('Local')).toEqual([models.local, models.local]);
      expect(modelsOf('Remote')).toEqual([models.remote]);
    });

    it('gives each local drive one mounted filesystem and one volume', async () => {
      const volumes = await scene.volumesOf(cloud);
      expect(volumes).toHaveLength(2);
      const mounts = volumes.map(({ spec }) => spec?.local?.path.replace(/\/data$/, '') ?? '');
      const script = 'lsblk -n -o MODEL "$(findmnt -n -o SOURCE -M "$1")"';
      for (const mount of mounts)
        expect((await node.run(['sh', '-c', script, 'sh', mount])).trim()).toBe(models.local);
    });

    it('leaves every byte of the remote drive as it was', async () => {
      expect(await node.driveDigest(remote?.id ?? '')).toBe(before);
    });
  });
});
