import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { STARTUP_TAINT_KEY } from '../../../api/keys.ts';
import type { HugepagesStatus } from '../../../api/node.ts';
import { repoDir } from '../../../lab/install/install.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import { nodes, pods } from '../../../kube/resources.ts';
import { inPool, profileFor, startScene, type Scene } from '../main-job/scene.ts';

const PAGES = 32;
const PAGE_BYTES = 2 * 2 ** 20;

/** A pod that takes its hugepages as files of hugetlbfs, then tries for one page more than it has asked for. */
const consumer = (name: string, node: string, pages: number): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: {
    nodeName: node,
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: 0,
    tolerations: [{ operator: 'Exists' }],
    containers: [
      {
        name: 'consumer',
        image: 'kubectl-nvme.dev/busybox:lab',
        imagePullPolicy: 'Never',
        command: [
          '/bin/sh',
          '-c',
          `fallocate -l ${pages * PAGE_BYTES} /huge/all && echo took-all; fallocate -l ${PAGE_BYTES} /huge/more && echo took-more; echo end; sleep 600`,
        ],
        resources: {
          requests: { cpu: '10m', memory: '16Mi', 'hugepages-2Mi': `${pages * 2}Mi` },
          limits: { memory: '16Mi', 'hugepages-2Mi': `${pages * 2}Mi` },
        },
        volumeMounts: [{ name: 'huge', mountPath: '/huge' }],
      },
    ],
    volumes: [{ name: 'huge', emptyDir: { medium: 'HugePages' } }],
  },
});

describe('a node gives its drives to SPDK', () => {
  let scene: Scene;
  let node: LabNode;
  const read = async (path: string): Promise<string> => (await node.run(['cat', path])).trim();
  const drivers = async (): Promise<Record<string, string>> => {
    const script =
      'for d in /sys/bus/pci/devices/*; do [ "$(cat $d/class)" = 0x010802 ] && echo $(basename $d) $(basename $(readlink $d/driver)); done';
    const lines = (await node.run(['sh', '-c', script])).trim().split('\n');
    return Object.fromEntries(lines.map((line) => line.split(' ') as [string, string]));
  };
  const hugepages = async (): Promise<HugepagesStatus | undefined> =>
    (await scene.nvmeNode(node.name))?.status?.hugepages?.find(({ size }) => size === '2Mi');
  const untilFree = (pages: number) =>
    scene.until(`${pages} free hugepages to be reported`, 120, async () =>
      (await hugepages())?.free === pages ? true : undefined,
    );
  const reason = async () =>
    (await scene.nvmeNode(node.name))?.status?.conditions?.find(({ type }) => type === 'Ready')?.reason;

  beforeAll(async () => {
    scene = await startScene();
    const example = await readFile(join(repoDir, 'manifests', 'examples', 'spdk.yaml'), 'utf8');
    const [, ...rights] = parseAllDocuments(example).map((document) => document.toJS() as object);
    const spdk = { hugepages: { perNUMANode: PAGES } };
    await scene.apply(
      ...rights,
      profileFor('spdk', { drives: { minCount: 2 }, layout: { type: 'SPDK', spdk } }),
    );
    node = await scene.lab.addNode('spdk-1', { drives: 3, labels: inPool('spdk'), until: 'Booted' });
  });

  afterAll(() => scene.end());

  it('binds its blank drives, and says that the kubelet has to count the hugepages anew', async () => {
    await scene.until('the kubelet to be found behind', 300, async () =>
      (await reason()) === 'KubeletRestartNeeded' ? true : undefined,
    );
    const bound = Object.values(await drivers()).sort();
    expect(bound).toHaveLength(4);
    expect(bound.filter((driver) => driver === 'nvme')).toHaveLength(1);
    expect(new Set(bound.slice(1)).size).toBe(1);
    expect(await read('/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages')).toBe(
      String(PAGES),
    );
    expect((await node.run(['lsblk', '--nodeps', '--noheadings', '--output', 'NAME'])).trim()).toBe(
      'nvme0n1',
    );
    const { spec } = await scene.kube.get(nodes, node.name);
    expect(spec?.taints?.some(({ key }) => key === STARTUP_TAINT_KEY)).toBe(true);
  });

  it('is ready once the kubelet was restarted, and shows the drives that the kernel no longer sees', async () => {
    await node.run(['systemctl', 'restart', 'kubelet']);
    const { status } = await scene.untilReady(node.name);
    const local = status?.drives?.filter(({ role }) => role === 'Local') ?? [];
    expect(local.map(({ state, model }) => [state, model])).toEqual(
      Array.from({ length: 3 }, () => ['Ours', 'QEMU NVMe Ctrl']),
    );
    await untilFree(PAGES);
  });

  it('gives a pod exactly the hugepages that it reports free', async () => {
    const { free = 0 } = (await hugepages()) ?? {};
    expect(free).toBe(PAGES);
    await scene.apply(consumer('takes-all', node.name, free));
    const log = () => scene.podLog('takes-all');
    await scene.until('the pod to take its pages', 180, async () =>
      (await log()).includes('end') ? true : undefined,
    );
    expect(await log()).toContain('took-all');
    expect(await log()).not.toContain('took-more');
    await untilFree(0);
    await scene.kube.delete(pods, 'takes-all', { namespace: 'default', gracePeriodSeconds: 0 });
    await untilFree(PAGES);
  });

  it('leaves the user’s own hugepages alone, which the user adds and takes', async () => {
    const path = '/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages';
    await node.run(['sh', '-c', `echo ${PAGES + 6} > ${path}`]);
    await scene.until('the kubelet to be found behind again', 120, async () =>
      (await reason()) === 'KubeletRestartNeeded' ? true : undefined,
    );
    expect(await read(path)).toBe(String(PAGES + 6));
    await node.run(['sh', '-c', `echo ${PAGES} > ${path}`]);
    await scene.untilReady(node.name);
  });

  it('binds drives that SPDK has written to again after a reboot, before the taint goes', async () => {
    // What an application would have written: something that is no signature.
    const [local] =
      (await scene.nvmeNode(node.name))?.status?.drives?.filter(({ role }) => role === 'Local') ?? [];
    const drive = (await node.drives()).find(({ serial }) => serial === local?.serial);
    await node.powerCut();
    await writeJunk(drive?.hostFile ?? '');
    await node.start();
    await scene.until('the drives to be bound again', 300, async () => {
      const bound = await drivers().catch(() => ({}));
      return Object.values(bound).filter((driver) => driver !== 'nvme').length === 3 ? true : undefined;
    });
    expect(await readJunk(drive?.hostFile ?? '')).toBe(true);
  });
});

/** Text that no signature is made of, in the first blocks. */
const JUNK = Buffer.from('spdk wrote here '.repeat(4096));

async function writeJunk(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.write(JUNK, 0, JUNK.length, 0);
  } finally {
    await handle.close();
  }
}

async function readJunk(file: string): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const bytes = Buffer.alloc(JUNK.length);
    await handle.read(bytes, 0, JUNK.length, 0);
    return bytes.equals(JUNK);
  } finally {
    await handle.close();
  }
}
