import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodes, persistentVolumeClaims, pods } from '../../../kube/resources.ts';
import { kubectl } from '../../../lab/install/kubectl.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import { testLabContext } from '../../builders/lab-context.ts';
import { inPool, profileFor, startScene, writerSet, type Scene } from './scene.ts';

const ctx = testLabContext();

describe('a node that comes back under its name', () => {
  let scene: Scene;
  let node: LabNode;
  const uids = async (): Promise<(string | undefined)[]> =>
    (await scene.volumesOf('same')).map(({ metadata }) => metadata?.uid).sort();
  const nodeUID = async (): Promise<string | undefined> =>
    (await scene.kube.get(nodes, 'same')).metadata?.uid;

  beforeAll(async () => {
    scene = await startScene();
    await scene.apply(
      profileFor('fast', { drives: { minCount: 1 }, cleanup: { boundGracePeriod: '45s' } }),
      writerSet('writer', 'fast'),
    );
    node = await scene.lab.addNode('same', { drives: 2, until: 'Ready' });
  });

  afterAll(() => scene.end());

  it('refuses a drive that holds an ext4 filesystem, and sets up the other', async () => {
    const script = `set -e
      mkfs.ext4 -q /dev/disk/by-id/*${await localSerial(node)} && mkdir -p /mnt/theirs
      mount /dev/disk/by-id/*${await localSerial(node)} /mnt/theirs
      echo precious > /mnt/theirs/file && umount /mnt/theirs`;
    await node.run(['sh', '-c', script]);
    await kubectl(
      ctx,
      scene.lab,
      'label',
      'node',
      'same',
      ...Object.entries(inPool('fast')).map(([k, v]) => `${k}=${v}`),
    );
    const nvme = await scene.untilReady('same');
    const foreign = nvme.status?.drives?.find(({ state }) => state === 'Foreign');
    expect(foreign?.reason).toContain('ext4');
    expect(nvme.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Refused', status: 'True' }),
    );
    expect(await scene.volumesOf('same')).toHaveLength(1);
    const look = `mount -o ro /dev/disk/by-id/*${await localSerial(node)} /mnt/theirs && cat /mnt/theirs/file; umount /mnt/theirs`;
    expect(await node.run(['sh', '-c', look])).toBe('precious\n');
  });

  it('keeps every volume and claim when the same machine registers again', async () => {
    await scene.until('the writer to run', 120, async () => {
      const pod = await scene.kube.get(pods, 'writer-0', { namespace: 'default' });
      return pod.status?.phase === 'Running' ? pod : undefined;
    });
    const [volumes, before] = [await uids(), await nodeUID()];
    await node.delete({ keepRunning: true });
    await node.run(['systemctl', 'restart', 'kubelet']);
    await scene.until('the node to register again', 120, async () => {
      const uid = await nodeUID().catch(() => undefined);
      return uid !== undefined && uid !== before ? uid : undefined;
    });
    await kubectl(
      ctx,
      scene.lab,
      'label',
      'node',
      'same',
      ...Object.entries(inPool('fast')).map(([k, v]) => `${k}=${v}`),
    );
    await scene.untilReady('same');
    const after = await nodeUID();
    await scene.until('the volume to name the new node', 60, async () => {
      const [volume] = await scene.volumesOf('same');
      return volume?.metadata?.annotations?.['kubectl-nvme.dev/node-uid'] === after ? volume : undefined;
    });
    expect(await uids()).toEqual(volumes);
    const claim = await scene.kube.get(persistentVolumeClaims, 'data-writer-0', { namespace: 'default' });
    expect(claim.status?.phase).toBe('Bound');
    const [volume] = await scene.volumesOf('same');
    expect(await node.run(['head', '-n1', `${volume?.spec?.local?.path ?? ''}/file`])).toBe('first\n');
  });

  it('loses the old volumes when another machine takes the name', async () => {
    const old = await uids();
    // Announced, as an upgrade does: two nodes of one that vanish unannounced would stop clean-up (design §3.7).
    await kubectl(ctx, scene.lab, 'cordon', 'same');
    await node.replace();
    await node.untilReady();
    await kubectl(
      ctx,
      scene.lab,
      'label',
      'node',
      'same',
      ...Object.entries(inPool('fast')).map(([k, v]) => `${k}=${v}`),
    );
    await scene.untilReady('same');
    await scene.until('the old volumes to be removed', 180, async () => {
      const now = await uids();
      return old.some((uid) => now.includes(uid)) ? undefined : true;
    });
    expect(await scene.volumesOf('same')).toHaveLength(2);
    await scene.until('the pod to run on the new machine', 120, async () => {
      const pod = await scene.kube.get(pods, 'writer-0', { namespace: 'default' }).catch(() => undefined);
      return pod?.status?.phase === 'Running' ? pod : undefined;
    });
  });
});

/** Serial of the first local drive, which udev puts at the end of its by-id name. */
async function localSerial(node: LabNode): Promise<string> {
  const [drive] = (await node.drives()).filter(({ role }) => role === 'local');
  return drive?.serial ?? '';
}
