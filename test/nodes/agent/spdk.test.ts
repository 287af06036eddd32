import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { STARTUP_TAINT_KEY } from '../../../api/keys.ts';
import type { HugepagesStatus } from '../../../api/node.ts';
import { dpdkTar } from '../../../lab/assets/dpdk.ts';
import { repoDir } from '../../../lab/install/install.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import { nodes, pods } from '../../../kube/resources.ts';
import { testLabContext } from '../../builders/lab-context.ts';
import { inPool, profileFor, startScene, type Scene } from '../main-job/scene.ts';

const PAGES = 32;
const PAGE_BYTES = 2 * 2 ** 20;

const TESTPMD = 'chroot /dpdk /usr/bin/dpdk-testpmd -l 0,1 --no-pci --no-telemetry --huge-dir /huge -m';
const BUFFERS = '-- --total-num-mbufs=2048 --no-mlockall';

/**
 * A pod in which dpdk-testpmd first tries for one page more than the pod has asked for, then takes all of them and keeps them.
 */
const consumer = (name: string, node: string, pages: number): object => {
  const mebibytes = (pages * PAGE_BYTES) / 2 ** 20;
  const more = `${TESTPMD} ${mebibytes + 2} ${BUFFERS} < /dev/null && echo got-more`;
  // It ends with its standard input.
  const all = `mkfifo /in; sleep 600 > /in & ${TESTPMD} ${mebibytes} ${BUFFERS} < /in; echo end $?`;
  const folder = (path: string): object => ({ hostPath: { path, type: 'Directory' } });
  return {
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
          name: 'testpmd',
          image: 'kubectl-nvme.dev/busybox:lab',
          imagePullPolicy: 'Never',
          command: ['/bin/sh', '-c', `${more}; rm -f /dpdk/huge/*; ${all}`],
          resources: {
            requests: { cpu: '10m', memory: '256Mi', 'hugepages-2Mi': `${mebibytes}Mi` },
            limits: { memory: '256Mi', 'hugepages-2Mi': `${mebibytes}Mi` },
          },
          volumeMounts: [
            { name: 'dpdk', mountPath: '/dpdk' },
            { name: 'huge', mountPath: '/dpdk/huge' },
            { name: 'proc', mountPath: '/dpdk/proc' },
            { name: 'sys', mountPath: '/dpdk/sys' },
          ],
        },
      ],
      volumes: [
        { name: 'huge', emptyDir: { medium: 'HugePages' } },
        { name: 'dpdk', ...folder('/opt/dpdk') },
        { name: 'proc', ...folder('/proc') },
        { name: 'sys', ...folder('/sys') },
      ],
    },
  };
};

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

  it('gives dpdk-testpmd in a pod exactly the hugepages that it reports free', async () => {
    const folders = 'mkdir -p /opt/dpdk/{huge,proc,sys,var/run}';
    const tar = await readFile(await dpdkTar(testLabContext()));
    await node.run(['bash', '-c', `${folders} && tar -xC /opt/dpdk`], { stdin: tar, timeoutMs: 180_000 });
    const { free = 0 } = (await hugepages()) ?? {};
    expect(free).toBe(PAGES);
    await scene.apply(consumer('takes-all', node.name, free));
    const log = () => scene.podLog('takes-all');
    await scene.until('testpmd to run with all pages', 180, async () =>
      /preferred mempool ops|end \d/.test(await log()) ? true : undefined,
    );
    const text = await log();
    expect(text).not.toMatch(/^end/m);
    expect(text).not.toContain('got-more');
    expect(text).toContain(`Requested: ${PAGES * 2 + 2}MB, available: ${PAGES * 2}MB`);
    expect(await read('/sys/devices/system/node/node0/hugepages/hugepages-2048kB/free_hugepages')).toBe('0');
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
