import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectImage } from '../../../lab/assets/image.ts';
import { repoDir } from '../../../lab/install/install.ts';
import type { LabNode } from '../../../lab/node/lab-node.ts';
import { nodes, pods, type Pod } from '../../../kube/resources.ts';
import { join } from 'node:path';
import { testLabContext } from '../../builders/lab-context.ts';
import { sectorsWritten, startScene, type Scene } from '../main-job/scene.ts';

const NAMESPACE = 'disk-setup';
/** The key in the tool's README, and the one of its later examples. */
const TAINT_KEYS = ['disk-unconfigured', 'startup-taint.cluster-autoscaler.kubernetes.io/disk-unconfigured'];

/** What users of Materialize's tool have in their clusters: an account that may edit nodes, and nothing else. */
const account = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'disk-setup', namespace: NAMESPACE } },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'disk-setup' },
    rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'patch', 'update'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'disk-setup' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'disk-setup' },
    subjects: [{ kind: 'ServiceAccount', name: 'disk-setup', namespace: NAMESPACE }],
  },
];

const mounts = [
  { name: 'dev', path: '/dev', mountPath: '/dev' },
  { name: 'host-root', path: '/', mountPath: '/host' },
];

/** Their DaemonSet, as the tool's README and examples shape it, with another image. */
function diskSetup(image: string, layout: string): object {
  const labels = { app: `disk-setup-${layout}` };
  const run = (name: string, args: string[], rest: object): object => ({
    name,
    image,
    imagePullPolicy: 'Never',
    command: ['ephemeral-storage-setup'],
    args,
    ...rest,
  });
  const spec = {
    securityContext: {
      runAsNonRoot: false,
      runAsUser: 0,
      fsGroup: 0,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    nodeSelector: { 'materialize.cloud/disk': layout },
    tolerations: TAINT_KEYS.map((key) => ({ key, operator: 'Exists', effect: 'NoSchedule' })),
    hostNetwork: true,
    hostPID: true,
    serviceAccountName: 'disk-setup',
    initContainers: [
      run('disk-setup', [layout, '--cloud-provider', 'aws', '--remove-taint'], {
        resources: { limits: { memory: '128Mi' }, requests: { memory: '128Mi', cpu: '50m' } },
        securityContext: { privileged: true, runAsUser: 0 },
        env: [{ name: 'NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
        volumeMounts: mounts.map(({ name, mountPath }) => ({ name, mountPath })),
      }),
    ],
    containers: [
      run('pause', ['sleep'], {
        resources: { limits: { memory: '8Mi' }, requests: { memory: '8Mi', cpu: '1m' } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          runAsUser: 65_534,
        },
      }),
    ],
    volumes: mounts.map(({ name, path }) => ({ name, hostPath: { path } })),
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: labels.app, namespace: NAMESPACE },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

describe.each([
  { layout: 'lvm', taint: TAINT_KEYS[0] ?? '' },
  { layout: 'swap', taint: TAINT_KEYS[1] ?? '' },
])('the DaemonSet of Materialize’s tool with only the image changed: $layout', ({ layout, taint }) => {
  const name = `disk-setup-${layout}`;
  let scene: Scene;
  let machine: LabNode;
  const podOf = async (not?: string): Promise<Pod> =>
    await scene.until('the pod to wait', 240, async () => {
      const { items } = await scene.kube.listAll(pods, { namespace: NAMESPACE });
      const pod = items.find(({ metadata }) => metadata?.uid !== not);
      const [waiting] = pod?.status?.containerStatuses ?? [];
      return waiting?.state?.running === undefined ? undefined : pod;
    });
  const drives = async (): Promise<string[]> =>
    (await machine.run(['lsblk', '--noheadings', '--nodeps', '--raw', '--output', 'NAME,MODEL']))
      .split('\n')
      .filter((line) => line.includes('Instance'))
      .map((line) => line.split(' ')[0] ?? '');
  const made = async (): Promise<string> =>
    layout === 'lvm'
      ? await machine.run(['vgs', '--noheadings', '--options', 'vg_name,vg_uuid,pv_count'])
      : await machine.run(['swapon', '--noheadings', '--raw', '--show=TYPE,PRIO']);

  beforeAll(async () => {
    scene = await startScene();
    const { ref } = await projectImage(testLabContext(), { repoDir, distDir: join(repoDir, 'dist') });
    await scene.apply(...account, diskSetup(ref, layout));
    machine = await scene.lab.addNode(name, {
      cloud: 'aws',
      labels: { 'materialize.cloud/disk': layout },
      taints: [`${taint}=:NoSchedule`],
      until: 'Ready',
    });
  });

  afterAll(() => scene.end());

  it('sets the local drives up, and takes its taint off', async () => {
    await podOf();
    const node = await scene.kube.get(nodes, name);
    expect(node.spec?.taints ?? []).not.toContainEqual(expect.objectContaining({ key: taint }));
    expect(await made()).toMatch(
      layout === 'lvm' ? /instance-store-vg \S+ +2\b/ : /^partition (\d+)\npartition \1$/m,
    );
  });

  it('changes nothing when its pod starts again', async () => {
    const before = await made();
    const written = async () =>
      await Promise.all((await drives()).map((one) => sectorsWritten(machine, one)));
    const sectors = await written();
    const old = await podOf();
    await scene.kube.delete(pods, old.metadata?.name ?? '', { namespace: NAMESPACE });
    const next = await podOf(old.metadata?.uid);
    expect(next.status?.initContainerStatuses?.[0]).toMatchObject({ restartCount: 0 });
    expect(await made()).toBe(before);
    expect(sectors).toHaveLength(2);
    expect(await written()).toEqual(sectors);
  });

  it('waits in the 8 MiB that its second container has', async () => {
    expect((await podOf()).status?.containerStatuses?.[0]).toMatchObject({ restartCount: 0, ready: true });
  });
});
