import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  events,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  type PersistentVolume,
} from '../../../kube/resources.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import { inPool, profileFor, startScene, writerPod, type Scene } from '../main-job/scene.ts';
import { witness, type Witness } from '../main-job/witness.ts';

const NODE = 'recycler';
const NAMESPACE = { namespace: 'default' };
/** What a claim's user writes, and what nobody must find later. */
const SECRET = 'kubectl-nvme-recycle-secret';

/** A claim for a raw volume, and a pod that writes the secret to its first block and then holds it open. */
function rawWriter(name: string): object[] {
  const script = `echo ${SECRET} | dd of=/dev/raw bs=4096 conv=sync 2>/dev/null && sync && exec sleep 3600 < /dev/raw`;
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name },
      spec: {
        storageClassName: 'nvme-raw',
        volumeMode: 'Block',
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        nodeSelector: inPool('raw'),
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'writer',
            image: 'kubectl-nvme.dev/busybox:lab',
            imagePullPolicy: 'Never',
            command: ['/bin/sh', '-c', script],
            volumeDevices: [{ name: 'data', devicePath: '/dev/raw' }],
          },
        ],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: name } }],
      },
    },
  ];
}

describe('a released volume on a real node', () => {
  let scene: Scene;
  let node: LabNode;
  let seen: Witness<PersistentVolume>;
  const phaseOf = async (name: string): Promise<string | undefined> => {
    const found = (await scene.volumesOf(NODE)).find(({ metadata }) => metadata?.name === name);
    return found?.status?.phase;
  };
  const untilPhase = (name: string, phase: string, seconds: number): Promise<true> =>
    scene.until(`${name} to be ${phase}`, seconds, async () =>
      (await phaseOf(name)) === phase ? true : undefined,
    );
  const volumeOfClaim = async (claim: string): Promise<PersistentVolume> => {
    const { spec } = await scene.kube.get(persistentVolumeClaims, claim, NAMESPACE);
    return await scene.kube.get(persistentVolumes, spec?.volumeName ?? '');
  };
  const untilRunning = (pod: string): Promise<true> =>
    scene.until(`pod ${pod} to run`, 120, async () =>
      (await scene.kube.get(pods, pod, NAMESPACE)).status?.phase === 'Running' ? true : undefined,
    );
  const deleteUsers = async (name: string): Promise<void> => {
    await scene.kube.delete(pods, name, NAMESPACE);
    await scene.kube.delete(persistentVolumeClaims, name, NAMESPACE);
  };
  const report = async (name: string) =>
    (await scene.nvmeNode(NODE))?.status?.volumes?.find((volume) => volume.name === name);
  /** Seconds from the first sight of the old PersistentVolume as Released to that of a new one as Available. */
  const untilRecycled = async (old: PersistentVolume): Promise<number> => {
    const { name = '', uid } = old.metadata ?? {};
    return await scene.until(`${name} to be available anew`, 180, () => {
      const versions = seen.timed(name);
      const released = versions.find(({ object }) => isReleased(object) && object.metadata?.uid === uid);
      const anew = versions.findLast(({ object }) => isAvailable(object) && object.metadata?.uid !== uid);
      if (released === undefined || anew === undefined) return Promise.resolve(undefined);
      const seconds = anew.seconds - released.seconds;
      return Promise.resolve(seconds > 0 ? seconds : undefined);
    });
  };
  const isReleased = ({ status }: PersistentVolume): boolean => status?.phase === 'Released';
  const isAvailable = ({ status }: PersistentVolume): boolean => status?.phase === 'Available';

  beforeAll(async () => {
    scene = await startScene();
    seen = await witness(scene.kube, persistentVolumes, scene.signal);
    const volumes = { storageClassName: 'nvme-raw' };
    await scene.apply(profileFor('raw', { layout: { type: 'Block' }, drives: { minCount: 2 }, volumes }));
    node = await scene.lab.addNode(NODE, { drives: 2, labels: inPool('raw'), until: 'Ready' });
    await scene.untilReady(NODE);
  });

  afterAll(() => scene.end());

  it('of a raw drive comes back as zeros under its name', async ({ annotate }) => {
    await scene.apply(...rawWriter('raw-1'));
    await untilRunning('raw-1');
    const volume = await volumeOfClaim('raw-1');
    const path = volume.spec?.local?.path ?? '';
    expect([volume.spec?.volumeMode, path]).toEqual([
      'Block',
      expect.stringMatching(/^\/dev\/disk\/by-id\//),
    ]);
    await scene.until('the secret to be on the drive', 60, async () =>
      (await node.run(['head', '-c', '27', path])) === SECRET ? true : undefined,
    );
    await deleteUsers('raw-1');
    const seconds = await untilRecycled(volume);
    await annotate(`raw volume: Released to Available in ${seconds.toFixed(1)} s`);
    expect(await node.run(['sh', '-c', `head -c 4096 ${path} | tr -d '\\0' | wc -c`])).toBe('0\n');
  });

  it('gives its drives to another layout once their PersistentVolumes are gone', async () => {
    await scene.apply(profileFor('raw', { drives: { minCount: 2 } }));
    for (const { metadata } of await scene.volumesOf(NODE)) {
      await scene.kube.delete(persistentVolumes, metadata?.name ?? '');
    }
    await scene.until('two filesystem volumes', 180, async () => {
      const volumes = await scene.volumesOf(NODE);
      const ready = volumes.filter((one) => isAvailable(one) && one.spec?.volumeMode === 'Filesystem');
      return ready.length === 2 ? true : undefined;
    });
  });

  it('of a filesystem is not cleaned while the host has it mounted elsewhere, and then it is', async ({
    annotate,
  }) => {
    await scene.apply(...writerPod('files-1', 'raw'));
    await untilRunning('files-1');
    const volume = await volumeOfClaim('files-1');
    const [name, path] = [volume.metadata?.name ?? '', volume.spec?.local?.path ?? ''];
    await node.run(['sh', '-c', `mkdir -p /mnt/left && mount --bind ${path} /mnt/left`]);
    await deleteUsers('files-1');
    await untilPhase(name, 'Released', 120);
    await scene.until('the reason to be shown', 60, async () =>
      (await report(name))?.reason?.includes('still mounted on /mnt/left') === true ? true : undefined,
    );
    expect(await node.run(['head', '-n1', `${path}/file`])).toBe('first\n');
    const said = (await scene.kube.listAll(events, NAMESPACE)).items;
    expect(said.some(({ reason }) => reason === 'NVMeCleaningHeld')).toBe(true);
    await node.run(['umount', '/mnt/left']);
    await untilRecycled(volume);
    expect(await node.run(['ls', '-A', path])).toBe('');
    await annotate(`held volume: cleaned after its last mount went`);
  });

  it('of a filesystem comes back empty, and links in it lead the cleaner nowhere', async ({ annotate }) => {
    await scene.apply(...writerPod('files-2', 'raw'));
    await untilRunning('files-2');
    const volume = await volumeOfClaim('files-2');
    const path = volume.spec?.local?.path ?? '';
    await node.run([
      'sh',
      '-c',
      `mkdir -p /srv/keep && echo precious > /srv/keep/file && ln -s /srv/keep ${path}/out`,
    ]);
    await deleteUsers('files-2');
    const seconds = await untilRecycled(volume);
    await annotate(`filesystem volume: Released to Available in ${seconds.toFixed(1)} s`);
    expect(await node.run(['ls', '-A', path])).toBe('');
    expect(await node.run(['cat', '/srv/keep/file'])).toBe('precious\n');
  });
});
