import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STARTUP_TAINT_KEY } from '../../../api/keys.ts';
import { nodes, nvmeNodes, pods, type Node, type Pod } from '../../../kube/resources.ts';
import type { NVMeNode } from '../../../api/node.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import { restartAgent } from './agent-pod.ts';
import { inPool, profileFor, sectorsWritten, startScene, writerPod, type Scene } from './scene.ts';
import { witness, type Witness } from './witness.ts';

/** One in `npm test`; `BIRTHS=10 npm run test:nodes -- birth` is the long run. */
const BIRTHS = Number(process.env.BIRTHS ?? '1');

const isTainted = ({ spec }: Node): boolean =>
  (spec?.taints ?? []).some(({ key }) => key === STARTUP_TAINT_KEY);
const isRunning = ({ status }: Pod): boolean => status?.phase === 'Running';

describe('a node is born on AWS', () => {
  let scene: Scene;
  let seen: { nodes: Witness<Node>; pods: Witness<Pod>; nvme: Witness<NVMeNode> };
  let born: LabNode | undefined;
  const current = (): LabNode => {
    if (born === undefined) throw new Error('no node was born');
    return born;
  };
  let ebsBefore: string;

  beforeAll(async () => {
    scene = await startScene();
    const { kube, signal } = scene;
    seen = {
      nodes: await witness(kube, nodes, signal),
      pods: await witness(kube, pods, signal),
      nvme: await witness(kube, nvmeNodes, signal),
    };
  });

  afterAll(() => scene.end());

  it.each(Array.from({ length: BIRTHS }, (_, index) => `birth-${index}`))(
    'binds no pod to %s before its drives are ready',
    async (name) => {
      // A pool of its own: in a common one the claim takes what the node before has left to give, and dies with that node.
      await scene.apply(profileFor(name, { drives: { minCount: 2 } }), ...writerPod(name, name));
      await born?.delete();
      born = await scene.lab.addNode(name, {
        cloud: 'aws',
        drives: 2,
        labels: inPool(name),
        until: 'Booted',
      });
      const ebs = (await born.drives()).find(({ role }) => role === 'remote');
      ebsBefore = await born.driveDigest(ebs?.id ?? '');
      await scene.until(`pod ${name} to run`, 300, () =>
        Promise.resolve(seen.pods.history(name).some(isRunning) ? true : undefined),
      );
      const [first] = seen.nodes.history(name);
      expect(first && isTainted(first)).toBe(true);
      const ready = seen.nodes.firstRevision(name, (node) => !isTainted(node)) ?? 0n;
      const bound = seen.pods.firstRevision(name, ({ spec }) => spec?.nodeName !== undefined) ?? 0n;
      expect(ready > 0n && bound > ready).toBe(true);
    },
  );

  it('shows the steps of set-up in the status while they run', () => {
    const steps = seen.nvme.history(current().name).flatMap(({ status }) => status?.progress?.name ?? []);
    expect(steps.some((name) => name.startsWith('make ext4 filesystem on /dev/nvme'))).toBe(true);
  });

  it('used the two instance-store drives, and not a byte of the EBS volume', async () => {
    const models = await current().run(['lsblk', '--nodeps', '--noheadings', '--output', 'MODEL']);
    expect(models.match(/Amazon EC2 NVMe Instance Storage/g)).toHaveLength(2);
    expect(models).toContain('Amazon Elastic Block Store');
    const drives = (await scene.nvmeNode(current().name))?.status?.drives ?? [];
    expect(drives.filter(({ role }) => role === 'Local')).toHaveLength(2);
    const remote = drives.find(({ model }) => model === 'Amazon Elastic Block Store');
    expect(remote).toMatchObject({ role: 'Remote' });
    const ebs = (await current().drives()).find(({ role }) => role === 'remote');
    expect(await current().driveDigest(ebs?.id ?? '')).toBe(ebsBefore);
  });

  it('changes nothing when the agent starts again', async () => {
    const versions = async (): Promise<unknown> =>
      (await scene.volumesOf(current().name)).map(({ metadata }) => [
        metadata?.uid,
        metadata?.resourceVersion,
      ]);
    const remote = (await scene.nvmeNode(current().name))?.status?.drives?.find(
      ({ role }) => role === 'Remote',
    );
    const kernelName = remote?.path.replace('/dev/', '') ?? '';
    const [volumes, sectors] = [await versions(), await sectorsWritten(current(), kernelName)];
    const log = await restartAgent(scene);
    expect(log).not.toContain('step failed');
    expect(log).toContain('VolumesPublished');
    expect(await versions()).toEqual(volumes);
    expect(await sectorsWritten(current(), kernelName)).toBe(sectors);
  });

  it('is shown by the plugin as a table and as JSON', async () => {
    expect(await scene.nvme('status', current().name)).toMatch(
      new RegExp(`^NAME .*\n${current().name} +Ready +2/2 `),
    );
    const json = JSON.parse(await scene.nvme('status', current().name, '-o', 'json')) as {
      metadata: { name: string };
    };
    expect(json.metadata.name).toBe(current().name);
  });
});
