import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodes } from '../../../kube/resources.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import { ordersFor, trueCondition } from '../main-job/orders.ts';
import { inPool, profileFor, startScene, type Scene } from '../main-job/scene.ts';

const NAME = 'by-variable';
const CONFIG = '/var/lib/kubelet/config.yaml';

/** What the lab's kubelet has in its file, as AKS gives it to kubelets: all in flags. */
const flags = (port: number): string =>
  [
    `--port=${port}`,
    '--anonymous-auth=false',
    '--authentication-token-webhook=true',
    '--authorization-mode=Webhook',
    '--client-ca-file=/etc/kubernetes/pki/ca.crt',
    '--tls-cert-file=/etc/kubernetes/pki/kubelet.crt',
    '--tls-private-key-file=/etc/kubernetes/pki/kubelet.key',
    '--container-runtime-endpoint=unix:///run/containerd/containerd.sock',
    '--cgroup-driver=systemd',
    '--resolv-conf=/etc/resolv.conf',
    '--cluster-dns=127.0.0.1',
    '--cluster-domain=cluster.local',
    '--image-gc-high-threshold=100',
    '--image-gc-low-threshold=99',
  ].join(' ');

/** Gives the kubelet a unit like that of AKS: no file, and a variable for the flag that would name one. */
const likeAks = (port: number): string => `set -e
sed -i 's,^ExecStart=.*,ExecStart=/usr/local/bin/kubelet $KUBELET_CONFIG_FILE_FLAGS $KUBELET_ARGS,' /etc/systemd/system/kubelet.service
sed -i -E 's,--config[= ][^ ]+,${flags(port)},' /etc/lab/node.env
rm ${CONFIG}
systemctl daemon-reload
systemctl restart kubelet.service`;

describe('a kubelet that has all in flags, as on AKS', () => {
  let scene: Scene;
  let machine: LabNode;
  const commandLine = (): Promise<string> =>
    machine.run(['sh', '-c', "tr '\\0' ' ' < /proc/$(systemctl show -P MainPID kubelet.service)/cmdline"]);
  const swapCapacity = async (): Promise<number> =>
    (await scene.kube.get(nodes, NAME)).status?.nodeInfo?.swap?.capacity ?? 0;

  beforeAll(async () => {
    scene = await startScene();
    machine = await scene.lab.addNode(NAME, { drives: 2, labels: inPool('swap'), until: 'Ready' });
    const { kubeletPort } = await machine.machine();
    await machine.run(['sh', '-c', likeAks(kubeletPort)]);
    await machine.untilReady();
    expect(await commandLine()).not.toContain('--config');
    await scene.apply(profileFor('swap', { layout: { type: 'Swap' }, drives: { minCount: 2 } }));
  });

  afterAll(() => scene.end());

  it('gets a file by the variable of its unit, and swap', async () => {
    await scene.untilReady(NAME);
    expect(await commandLine()).toContain(` --config ${CONFIG} `);
    const config = await machine.run(['cat', CONFIG]);
    expect(config).toMatch(/^failSwapOn: false$/m);
    expect(config).toMatch(/^ +swapBehavior: LimitedSwap$/m);
    const on = (await machine.run(['swapon', '--noheadings', '--raw', '--show=PRIO'])).trim();
    expect(on.split('\n')).toEqual(['10', '10']);
    expect(await swapCapacity()).toBeGreaterThan(2 ** 30);
  });

  it('has all in flags again after a reset, and no swap', async () => {
    const nvme = await ordersFor(scene, NAME).reset();
    expect(trueCondition(nvme, 'Paused')).toMatchObject({ reason: 'Reset' });
    expect(await machine.run(['cat', '/proc/swaps'])).toMatch(/^Filename[^\n]*\n$/);
    expect(await commandLine()).not.toContain('--config');
    const ready = (await scene.kube.get(nodes, NAME)).status?.conditions?.find(
      ({ type }) => type === 'Ready',
    );
    expect(ready?.status).toBe('True');
  });
});
