import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { ManifestObject } from '../../../cmd/install/bundle.ts';
import type { KubeApi } from '../../../kube/api.ts';
import { nodes, nvmeProfiles, type Node } from '../../../kube/resources.ts';
import { manifestBundle } from '../../../scripts/manifests/bundle.ts';
import type { ProgramResult } from '../../builders/built-program.ts';
import { node } from '../../builders/objects.ts';
import { openInstallScene, type InstallScene } from './install-scene.ts';

const MANIFESTS = join(import.meta.dirname, '..', '..', '..', 'manifests');

describe('installing on a real cluster', () => {
  let scene: InstallScene;
  let kube: KubeApi;
  const kustomize = (folder: string): Promise<ProgramResult> =>
    scene.kubectl('kustomize', join(MANIFESTS, folder));

  beforeAll(async () => {
    scene = await openInstallScene();
    kube = scene.kube;
  });
  afterAll(() => scene.close());

  it.each([
    ['base', 'base'],
    ['overlays/admission-policy', 'admissionPolicy'],
    ['overlays/late-binding', 'lateBinding'],
  ] as const)('brings exactly what kubectl kustomize builds of %s', async (folder, part) => {
    const { stdout } = await kustomize(folder);
    const theirs = parseAllDocuments(stdout).map((document) => document.toJS() as ManifestObject);
    const ours = manifestBundle(MANIFESTS)[part];
    expect(theirs.length).toBeGreaterThan(20);
    const missing = (from: readonly ManifestObject[], among: readonly ManifestObject[]) =>
      from.filter((object) => !among.some((other) => isDeepStrictEqual(object, other)));
    expect({ more: missing(ours, theirs), less: missing(theirs, ours) }).toEqual({ more: [], less: [] });
  });

  it('installs into an empty cluster without waiting for nodes that are not there', async () => {
    const { exitCode, stdout, stderr } = await scene.nvme('install', '--image', 'kubectl-nvme:none');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringContaining('Note: the cluster has no node yet') as string,
    });
    expect(stdout).toContain(
      'customresourcedefinition.apiextensions.k8s.io/nvmeprofiles.kubectl-nvme.dev serverside-applied\n',
    );
    const serverSide = ['--server-side', '--field-manager=kubectl-nvme'];
    const theirs = await scene.kubectl('apply', ...serverSide, '-k', join(MANIFESTS, 'crds'));
    for (const line of theirs.stdout.trimEnd().split('\n')) expect(stdout.split('\n')).toContain(line);
  });

  it('says why the webhook does not run on a node that takes no pods', async () => {
    await kube.create(nodes, cordoned('install-n1'));
    const { exitCode, stderr } = await scene.nvme('install', '--timeout', '5s');
    expect(stderr).toMatch(
      /error: timed out waiting for deployment "nvme-webhook": 0 of 2 .*: 0\/1 nodes are available: .*unschedulable/,
    );
    expect(exitCode).toBe(1);
  });

  it('is done when the pods are available', async () => {
    const running = scene.nvme('install', '--profile', 'raid0', '--timeout', '60s');
    await kube.patch(nodes, 'install-n1', { type: 'merge', body: { spec: { unschedulable: null } } });
    const { exitCode, stdout, stderr } = await running;
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringContaining('kubectl label node NODE aws.amazon.com/eks-local-ssd=true') as string,
    });
    expect(stdout).toContain('nvmeprofile.kubectl-nvme.dev/raid0 serverside-applied\n');
    expect(stdout).toMatch(
      /deployment "nvme-webhook" successfully .*\ndaemon set "nvme-agent" successfully .*\n$/,
    );
    expect((await kube.get(nvmeProfiles, 'raid0')).spec?.layout?.type).toBe('RAID');
  });
});

const capacity = { pods: '10', cpu: '4', memory: '4Gi' };

function cordoned(name: string): Node {
  return {
    ...node({ metadata: { name, labels: { 'kubernetes.io/os': 'linux' } }, spec: { unschedulable: true } }),
    status: { conditions: [{ type: 'Ready', status: 'True' }], capacity, allocatable: capacity },
  };
}
