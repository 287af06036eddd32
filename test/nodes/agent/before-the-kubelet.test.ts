import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectImage } from '../../../lab/assets/image.ts';
import { repoDir } from '../../../lab/install/install.ts';
import { kubectl } from '../../../lab/install/kubectl.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import { pods } from '../../../kube/resources.ts';
import { testLabContext } from '../../builders/lab-context.ts';
import { installPrograms } from '../main-job/programs.ts';
import { inPool, profileFor, startScene, type Scene } from '../main-job/scene.ts';

const UNIT = 'nvme-agent.service';

/** What the agent's log says of a filesystem that it makes. */
const MADE = /"step":"make ext4/;

/** A container as Bottlerocket starts it at boot: its arguments in a file, the host's root at its place, no /dev of the host. */
const bootstrapContainer = (image: string): string => `[Unit]
After=containerd.service
Before=kubelet.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=ctr -n k8s.io run --rm --privileged --net-host \\
  --mount type=bind,src=/,dst=/.bottlerocket/rootfs,options=rbind \\
  --mount type=bind,src=/opt/user-data,dst=/.bottlerocket/bootstrap-containers/current,options=rbind:ro \\
  ${image} bootstrap
[Install]
WantedBy=multi-user.target`;

const enable = (unit: string): string => `set -e
cat > /etc/systemd/system/${UNIT} <<'EOF'
${unit}
EOF
mkdir -p /opt/user-data
echo '["lvm", "--cloud-provider", "generic"]' > /opt/user-data/user-data
systemctl daemon-reload
systemctl enable ${UNIT}
sync`;

describe('drives that are set up before the kubelet starts', () => {
  let scene: Scene;
  let image: string;

  beforeAll(async () => {
    scene = await startScene();
    ({ ref: image } = await projectImage(testLabContext(), { repoDir, distDir: join(repoDir, 'dist') }));
  });

  afterAll(() => scene.end());

  /** A machine that carries the unit and has raw drives at its next boot. */
  const machineWith = async (name: string, unit: string, before = ':'): Promise<LabNode> => {
    const node = await scene.lab.addNode(name, { drives: 2, labels: inPool(name), until: 'Ready' });
    await node.run(['sh', '-c', `${before}\n${enable(unit)}`], { timeoutMs: 120_000 });
    await node.stopStart();
    await node.untilReady();
    return node;
  };
  const property = async (node: LabNode, unit: string, name: string): Promise<string> =>
    (await node.run(['systemctl', 'show', unit, '--value', '--property', name])).trim();
  const endedBeforeKubelet = async (node: LabNode): Promise<boolean> => {
    const [ended, started] = await Promise.all([
      property(node, UNIT, 'ExecMainExitTimestampMonotonic'),
      property(node, 'kubelet.service', 'ExecMainStartTimestampMonotonic'),
    ]);
    return Number(ended) > 0 && Number(ended) < Number(started);
  };
  const objectsOf = async (name: string): Promise<number> =>
    (await scene.volumesOf(name)).length + ((await scene.nvmeNode(name)) === undefined ? 0 : 1);

  describe('by a systemd unit on the host', () => {
    const name = 'by-unit';
    let node: LabNode;

    beforeAll(async () => {
      const unit = await readFile(join(repoDir, 'manifests', 'host', UNIT), 'utf8');
      node = await machineWith(name, unit, installPrograms(image));
    });

    afterAll(() => node.delete());

    it('are a mounted RAID 0, and the cluster has no object of it', async () => {
      expect(await property(node, UNIT, 'Result')).toBe('success');
      expect(await endedBeforeKubelet(node)).toBe(true);
      expect(await node.run(['findmnt', '-rn', '-o', 'TARGET,FSTYPE'])).toMatch(/^\/pv-disks\/\S+ ext4$/m);
      expect(await node.run(['cat', '/proc/mdstat'])).toMatch(/: active raid0 nvme\S+ nvme/);
      expect(await objectsOf(name)).toBe(0);
    });

    it('are published by the agent of the cluster without a step', async () => {
      const uuid = /\/pv-disks\/(\S+)/.exec(await node.run(['findmnt', '-rn', '-o', 'TARGET']))?.[1];
      await scene.apply(profileFor(name, { layout: { type: 'RAID' } }));
      await scene.untilReady(name);
      const volumes = await scene.volumesOf(name);
      expect(volumes.map(({ spec }) => spec?.local?.path)).toEqual([`/pv-disks/${uuid}/data`]);
      const [agent] = (await scene.kube.listAll(pods, { namespace: 'kubectl-nvme-agent' })).items;
      const log = await scene.agentLog(agent?.metadata?.name ?? '');
      expect(log).toContain('VolumesPublished');
      expect(await node.run(['journalctl', '--unit', UNIT, '--output', 'cat'])).toMatch(MADE);
      expect(log).not.toMatch(MADE);
    });
  });

  describe('by a bootstrap container', () => {
    const name = 'by-container';
    let node: LabNode;

    beforeAll(async () => {
      node = await machineWith(name, bootstrapContainer(image));
    });

    afterAll(() => node.delete());

    it('are a volume group over the raw drives, and the cluster has no object of it', async () => {
      expect(await property(node, UNIT, 'Result')).toBe('success');
      expect(await endedBeforeKubelet(node)).toBe(true);
      const groups = await node.run(['vgs', '--noheadings', '-o', 'vg_name,pv_count']);
      expect(groups.trim().split(/\s+/)).toEqual(['instance-store-vg', '2']);
      expect(await objectsOf(name)).toBe(0);
    });
  });

  it('are set up all the same by an agent without the host’s PIDs', async () => {
    const name = 'without-pids';
    const patch = JSON.stringify({ spec: { template: { spec: { hostPID: false } } } });
    const daemonSet = ['patch', 'daemonset', 'nvme-agent', '-n', 'kubectl-nvme-agent', '--type=merge'];
    await kubectl(testLabContext(), scene.lab, ...daemonSet, '-p', patch);
    await scene.apply(profileFor(name, { layout: { type: 'RAID' } }));
    const node = await scene.lab.addNode(name, { drives: 2, labels: inPool(name), until: 'Ready' });
    await scene.untilReady(name);
    const [volume] = await scene.volumesOf(name);
    const mount = volume?.spec?.local?.path.replace(/\/data$/, '') ?? '';
    // The host itself has the mount, not just the container.
    expect(await node.run(['findmnt', '-n', '-o', 'FSTYPE', '-M', mount])).toBe('ext4\n');
    await node.delete();
  });
});
