import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NVMeProfileSpecInput } from '../../../api/profile.ts';
import { nvmeProfiles, persistentVolumes } from '../../../kube/resources.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import { restartAgent, withoutAgent } from '../main-job/agent-pod.ts';
import { inPool, profileFor, sectorsWritten, startScene, type Scene } from '../main-job/scene.ts';

const NAME = 'killed';
/** Writes a second: even vgcreate, which writes a few sectors to each drive, is then seen. */
const SLOW = 1;

/**
 * Waits in the guest for a program whose command line begins with $1, stops it between two instructions, kills the
 * agent, and then the program; prints the command line that was killed.
 */
const KILL = `
for i in $(seq 1 4000); do
  pid=$(pgrep -o -f "^$1") && kill -STOP "$pid" && break
  sleep 0.05
done
[ -n "$pid" ] || { echo "no $1 was run" >&2; exit 1; }
tr '\\0' ' ' < "/proc/$pid/cmdline"
kill -KILL $(pgrep -f 'start[.]cjs nvme-agent run') "$pid"`;

/** Makes the two drives raw again, as a person would who has taken the agent away. */
const WIPE = `set -e
umount /pv-disks/*
mdadm --stop /dev/md/*
for drive in "$@"; do dd if=/dev/zero of="$drive" bs=4M oflag=direct status=none || [ $? = 1 ]; done
udevadm settle`;

describe('an agent that is killed in the middle of a program', () => {
  let scene: Scene;
  let node: LabNode;
  /** By-id names of the drives in the profile, and of the one that it leaves out. */
  let [used, spare]: [string[], string] = [[], ''];

  const killAt = (program: string): Promise<string> =>
    node.run(['bash', '-c', KILL, 'kill', program], { timeoutMs: 180_000 });
  /** On drives that write slowly a program is surely caught, and with some of its writes done. */
  const slowly = async (work: () => Promise<void>): Promise<void> => {
    const slow = async (writes: number): Promise<void> => {
      for (const id of ['d0', 'd1']) await node.slow(id, writes);
    };
    await slow(SLOW);
    await work();
    await slow(0);
  };
  const wish = (spec: NVMeProfileSpecInput): Promise<void> =>
    scene.apply(
      profileFor('fast', { ...spec, drives: { minCount: 2, minSize: '100Mi', exclude: [`*${spare}`] } }),
    );
  const volumes = async (): Promise<unknown> =>
    (await scene.volumesOf(NAME))
      .map(({ metadata }) => [metadata?.name, metadata?.uid, metadata?.resourceVersion])
      .sort();

  beforeAll(async () => {
    scene = await startScene();
    node = await scene.lab.addNode(NAME, {
      ...{ drives: 3, size: '512M', labels: inPool('fast'), until: 'Booted' },
    });
    const [last = '', ...others] = (await node.drives()).map(({ serial }) => serial).reverse();
    [used, spare] = [others, last];
  });

  afterAll(() => scene.end());

  it('makes the array and its filesystem after mdadm and mkfs were killed', async () => {
    await slowly(async () => {
      const killed = killAt('mdadm --create');
      await wish({ layout: { type: 'RAID' } });
      expect(await killed).toContain('--level=0');
      expect(await killAt('mkfs.ext4')).toContain('/dev/md');
    });
    await scene.untilReady(NAME);
    expect(await volumes()).toHaveLength(1);
    const array = (await node.run(['sh', '-c', 'echo /dev/md/*'])).trim();
    expect(await node.run(['mdadm', '--detail', '--export', array])).toMatch(
      /MD_LEVEL=raid0\nMD_DEVICES=2\n/,
    );
    expect(await node.run(['blkid', '-p', '-o', 'export', array])).toContain('TYPE=ext4');
  });

  it('makes the volume group and its volumes after vgcreate and lvcreate were killed', async () => {
    await withoutAgent(scene, async () => {
      await scene.kube.delete(nvmeProfiles, 'fast');
      await node.run(['sh', '-c', WIPE, 'wipe', ...used.map((serial) => `/dev/disk/by-id/${byId(serial)}`)], {
        timeoutMs: 120_000,
      });
      for (const { metadata } of await scene.volumesOf(NAME)) {
        await scene.kube.delete(persistentVolumes, metadata?.name ?? '');
      }
      await wish({ layout: { type: 'LVM', lvm: { vgName: 'fast', slices: 2 } } });
    });
    await slowly(async () => {
      expect(await killAt('vgcreate')).toContain('fast');
      expect(await killAt('lvcreate')).toContain('fast');
    });
    await scene.until('two slices to be published', 240, async () =>
      (await scene.volumesOf(NAME)).length === 2 ? true : undefined,
    );
    await scene.untilReady(NAME);
    const groups = await node.run(['vgs', '--noheadings', '-o', 'vg_name,pv_count,lv_count']);
    expect(groups.trim().split(/\s+/)).toEqual(['fast', '2', '2']);
  });

  it('changes nothing when it is started again', async () => {
    const kernelName = (await node.run(['readlink', '-f', `/dev/disk/by-id/${byId(spare)}`]))
      .trim()
      .replace('/dev/', '');
    const before = [await volumes(), await sectorsWritten(node, kernelName)];
    expect(await restartAgent(scene)).not.toContain('step failed');
    expect([await volumes(), await sectorsWritten(node, kernelName)]).toEqual(before);
  });
});

const byId = (serial: string): string => `nvme-QEMU_NVMe_Ctrl_${serial}`;
