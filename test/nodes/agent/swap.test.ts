import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { READY_BOOT_ID, STARTUP_TAINT_KEY } from '../../../api/keys.ts';
import { nodes, pods, type Node } from '../../../kube/resources.ts';
import { cloudFacts } from '../../../lab/node/clouds.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import type { Cloud } from '../../../lab/options.ts';
import { ordersFor, trueCondition } from '../main-job/orders.ts';
import { inPool, profileFor, startScene, type Scene } from '../main-job/scene.ts';
import { witness, type Witness } from '../main-job/witness.ts';

const NAME = 'swapper';
const AGENT = { namespace: 'kubectl-nvme-agent' };

/** Takes more memory than its limit, and keeps it: a pipe that nobody reads holds dd with its buffer. */
const hungryPod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'hungry' },
  spec: {
    nodeSelector: inPool('swap'),
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'dd',
        image: 'kubectl-nvme.dev/busybox:lab',
        imagePullPolicy: 'Never',
        command: ['/bin/sh', '-c', 'dd if=/dev/zero bs=200M count=1 | sleep 100000'],
        resources: { requests: { memory: '128Mi' }, limits: { memory: '160Mi' } },
      },
    ],
  },
};

// GKE's images keep the kubelet's configuration elsewhere.
describe.each<{ encrypt: boolean; cloud: Cloud }>([
  { encrypt: false, cloud: 'generic' },
  { encrypt: true, cloud: 'gcp' },
])('a node of $cloud whose drives are swap, encrypted $encrypt', ({ encrypt, cloud }) => {
  const CONFIG = cloudFacts(cloud, NAME, '').kubeletConfigPath;
  let scene: Scene;
  let machine: LabNode;
  let seen: Witness<Node>;
  const node = (): Promise<Node> => scene.kube.get(nodes, NAME);
  const swapCapacity = async (): Promise<number> => (await node()).status?.nodeInfo?.swap?.capacity ?? 0;
  const kubeletPid = async (): Promise<string> =>
    await machine.run(['systemctl', 'show', '--property=MainPID', 'kubelet.service']);
  const priorities = async (): Promise<string[]> =>
    (await machine.run(['swapon', '--noheadings', '--raw', '--show=PRIO'])).trim().split('\n');
  const agentPods = async () => (await scene.kube.listAll(pods, AGENT)).items;
  const agentRound = async (not: string | undefined): Promise<string> =>
    await scene.until('another agent to be ready', 240, async () => {
      const next = (await agentPods()).find(({ metadata }) => metadata?.uid !== not);
      const text = next === undefined ? '' : await scene.agentLog(next.metadata?.name ?? '');
      return text.includes('"ready":true') ? text : undefined;
    });

  beforeAll(async () => {
    scene = await startScene();
    seen = await witness(scene.kube, nodes, scene.signal);
    const swap = { encrypt, sysctls: { 'vm.swappiness': '100' } };
    await scene.apply(profileFor('swap', { layout: { type: 'Swap', swap }, drives: { minCount: 2 } }));
    machine = await scene.lab.addNode(NAME, { cloud, drives: 2, labels: inPool('swap'), until: 'Ready' });
  });

  afterAll(() => scene.end());

  it('swaps on all drives with equal priority once the kubelet allows it, and gives the taint up', async () => {
    const nvme = await scene.untilReady(NAME);
    expect(nvme.status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'Ready', status: 'True', reason: 'SwapOn' }),
    );
    expect(nvme.status?.drives?.filter(({ role }) => role === 'Local').map(({ state }) => state)).toEqual([
      'Ours',
      'Ours',
    ]);
    expect(await priorities()).toEqual(['10', '10']);
    expect(await machine.run(['cat', '/proc/sys/vm/swappiness'])).toBe('100\n');
    const config = await machine.run(['cat', CONFIG]);
    expect(config).toMatch(/^failSwapOn: false$/m);
    expect(config).toMatch(/^ +swapBehavior: LimitedSwap$/m);
    expect(await machine.run(['cat', `${CONFIG}.before-kubectl-nvme`])).not.toContain('failSwapOn');
    expect((await node()).spec?.taints ?? []).not.toContainEqual(
      expect.objectContaining({ key: STARTUP_TAINT_KEY }),
    );
  });

  it.runIf(encrypt)(
    'swaps behind dm-crypt, with nothing but a mark on the drives that could be read',
    async () => {
      expect(await machine.run(['lsblk', '--noheadings', '--raw', '--output', 'TYPE,MOUNTPOINTS'])).toMatch(
        /^crypt \[SWAP\]$/m,
      );
      const table = await machine.run(['dmsetup', 'table']);
      expect(table.match(/ crypt aes-xts-plain64 /g)).toHaveLength(2);
    },
  );

  it('has the kubelet report the swap', async () => {
    expect(await swapCapacity()).toBeGreaterThan(2 ** 30);
    const ready = (await node()).status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready?.status).toBe('True');
  });

  it('lets a Burstable pod really swap', async () => {
    await scene.apply(hungryPod);
    const { metadata } = await scene.kube.get(pods, 'hungry', { namespace: 'default' });
    const slice = `kubepods-burstable-pod${(metadata?.uid ?? '').replaceAll('-', '_')}.slice`;
    const file = `/sys/fs/cgroup/kubepods.slice/kubepods-burstable.slice/${slice}/memory.swap.current`;
    const bytes = await scene.until('the pod to swap', 180, async () => {
      const { exitCode, stdout } = await machine.exec(['cat', file]);
      return exitCode === 0 && Number(stdout) > 2 ** 20 ? Number(stdout) : undefined;
    });
    expect(bytes).toBeGreaterThan(2 ** 20);
    const pod = await scene.kube.get(pods, 'hungry', { namespace: 'default' });
    expect(pod.status?.containerStatuses?.[0]?.restartCount).toBe(0);
  });

  it('changes nothing and restarts no kubelet when the agent starts again', async () => {
    const [before, [old]] = [await kubeletPid(), await agentPods()];
    await scene.kube.delete(pods, old?.metadata?.name ?? '', AGENT);
    const log = await agentRound(old?.metadata?.uid);
    expect(log).not.toContain('step done');
    expect(await kubeletPid()).toBe(before);
    expect(await priorities()).toEqual(['10', '10']);
  });

  it('is shown by the plugin, whose plan for Swap has nothing left to do', async () => {
    expect(await scene.nvme('status', NAME)).toMatch(new RegExp(`^NAME .*\n${NAME} +Ready +2/2 `));
    const plan = await scene.nvme('setup', 'node', NAME, '--layout', 'swap', '--dry-run', '-o', 'json');
    expect((JSON.parse(plan) as { steps: unknown[] }).steps).toEqual([]);
  });

  it('swaps again after a reboot before the taint goes', async () => {
    await machine.reboot();
    const bootID = (await machine.bootID()).trim();
    await scene.until('the node to be ready in its new boot', 300, async () =>
      (await node()).metadata?.annotations?.[READY_BOOT_ID] === bootID ? true : undefined,
    );
    expect(await priorities()).toEqual(['10', '10']);
    expect(await swapCapacity()).toBeGreaterThan(2 ** 30);
    const tainted = (one: Node): boolean =>
      (one.spec?.taints ?? []).some(({ key }) => key === STARTUP_TAINT_KEY);
    const inBoot = seen.history(NAME).filter(({ status }) => status?.nodeInfo?.bootID === bootID);
    // From the moment that enrol has put it on again.
    const first = inBoot.findIndex(tainted);
    expect(first).toBeGreaterThanOrEqual(0);
    const untainted = inBoot.slice(first).filter((one) => !tainted(one));
    expect(untainted[0]?.status?.nodeInfo?.swap?.capacity ?? 0).toBeGreaterThan(2 ** 30);
    expect(untainted.map((one) => one.metadata?.annotations?.[READY_BOOT_ID])).toEqual(
      untainted.map(() => bootID),
    );
  });

  it('is reset: swap off, no encryption left, the drives raw, and the kubelet as it was', async () => {
    const before = await machine.run(['cat', `${CONFIG}.before-kubectl-nvme`]);
    const nvme = await ordersFor(scene, NAME).reset();
    expect(trueCondition(nvme, 'Refused')?.reason).not.toBe('RequestRefused');
    expect(trueCondition(nvme, 'Paused')).toMatchObject({ reason: 'Reset' });
    expect(await machine.run(['cat', '/proc/swaps'])).toMatch(/^Filename[^\n]*\n$/);
    expect(await machine.run(['dmsetup', 'ls'])).toMatch(/^No devices found/);
    const local = (nvme.status?.drives ?? []).filter(({ role }) => role === 'Local');
    expect(local).toHaveLength(2);
    for (const { path } of local) expect((await machine.exec(['blkid', '-p', path])).stdout.trim()).toBe('');
    expect(await machine.run(['cat', CONFIG])).toBe(before);
    const ready = (await node()).status?.conditions?.find(({ type }) => type === 'Ready');
    expect(ready?.status).toBe('True');
    expect(nvme.status?.drives?.filter(({ role }) => role === 'Local').map(({ state }) => state)).toEqual([
      ...['Free', 'Free'],
    ]);
  });
});
