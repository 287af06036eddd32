import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { STARTUP_TAINT_KEY, TAINTED } from '../../../api/keys.ts';
import { AGENT_NAMESPACE, HOME_NAMESPACE, WEBHOOK_NAME } from '../../../api/parts.ts';
import type { ManifestObject } from '../../../cmd/install/bundle.ts';
import type { KubeApi } from '../../../kube/api.ts';
import { isNotFound } from '../../../kube/errors.ts';
import { mutatingWebhooks, namespaces, nodes, nvmeProfiles, type Node } from '../../../kube/resources.ts';
import { manifestBundle } from '../../../scripts/manifests/bundle.ts';
import { taintConfiguration } from '../../../webhook/registration/configuration.ts';
import { startLab, type Lab } from '../../../lab/lab.ts';
import { builtProgram, runProgramFile, type ProgramResult } from '../../builders/built-program.ts';
import { testLabContext } from '../../builders/lab-context.ts';
import { node } from '../../builders/objects.ts';
import { realKube } from '../kube/real-kube.ts';
import { playKubelet } from './play-kubelet.ts';

const MANIFESTS = join(import.meta.dirname, '..', '..', '..', 'manifests');

describe('installing on a real cluster', () => {
  // A control plane of its own: it is about clusters that have nothing of ours, and takes away what other files install.
  let lab: Lab;
  let env: { KUBECONFIG: string };
  const kustomize = (folder: string): Promise<ProgramResult> =>
    runProgramFile(lab.kubectlPath, ['kustomize', join(MANIFESTS, folder)]);
  const nvme = (...args: string[]): Promise<ProgramResult> =>
    runProgramFile(builtProgram('kubectl-nvme'), args, env);
  const ended = new AbortController();
  let kube: KubeApi;
  let kubelet: Promise<void>;

  beforeAll(async () => {
    lab = await startLab(testLabContext(), { controlPlaneOnly: true });
    env = { KUBECONFIG: lab.kubeconfig };
    kube = await realKube(lab.kubeconfig);
    kubelet = playKubelet(kube, ended.signal);
  });
  afterAll(async () => {
    ended.abort();
    await kubelet;
    await lab.stop();
  });

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
    const { exitCode, stdout, stderr } = await nvme('install', '--image', 'kubectl-nvme:none');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr: expect.stringContaining('Note: the cluster has no node yet') as string,
    });
    expect(stdout).toContain(
      'customresourcedefinition.apiextensions.k8s.io/nvmeprofiles.kubectl-nvme.dev serverside-applied\n',
    );
    const theirs = await runProgramFile(
      lab.kubectlPath,
      ['apply', '--server-side', '--field-manager=kubectl-nvme', '-k', join(MANIFESTS, 'crds')],
      env,
    );
    for (const line of theirs.stdout.trimEnd().split('\n')) expect(stdout.split('\n')).toContain(line);
  });

  it('says why the webhook does not run on a node that takes no pods', async () => {
    await kube.create(nodes, cordoned('install-n1'));
    const { exitCode, stderr } = await nvme('install', '--timeout', '5s');
    expect(stderr).toMatch(
      /error: timed out waiting for deployment "nvme-webhook": 0 of 2 .*: 0\/1 nodes are available: .*unschedulable/,
    );
    expect(exitCode).toBe(1);
  });

  it('is done when the pods are available', async () => {
    const running = nvme('install', '--profile', 'raid0', '--timeout', '60s');
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

  it('uninstalls also after its namespace went first; nodes join before and after, and none keeps the taint', async () => {
    await kube.create(mutatingWebhooks, taintConfiguration(SERVICE, '/mutate', ''));
    await kube.delete(namespaces, HOME_NAMESPACE);
    await kube.create(nodes, tainted('install-n2'));
    const { exitCode, stdout, stderr } = await nvme('uninstall');
    expect({ exitCode, stderr: stderr.split('\n')[0] }).toEqual({
      exitCode: 0,
      stderr: 'Left as they are, with how to remove them:',
    });
    expect(stdout).toContain(
      'mutatingwebhookconfiguration.admissionregistration.k8s.io "kubectl-nvme" deleted\n',
    );
    expect(stdout).toContain('node/install-n2 untainted\n');
    const joined = await kube.create(nodes, cordoned('install-n3'));
    expect(joined.spec?.taints?.map(({ key }) => key)).not.toContain(STARTUP_TAINT_KEY);
    const { items } = await kube.listAll(nodes);
    expect(items.filter(({ metadata }) => TAINTED in (metadata?.annotations ?? {}))).toEqual([]);
    for (const name of ['install-n2', 'install-n3']) await kube.delete(nodes, name);
    for (const name of [HOME_NAMESPACE, AGENT_NAMESPACE]) {
      await expect(kube.get(namespaces, name)).rejects.toSatisfy(isNotFound);
    }
    const left = await runProgramFile(
      lab.kubectlPath,
      ['get', 'clusterroles,clusterrolebindings,csidrivers,validatingadmissionpolicies', '-o', 'name'],
      env,
    );
    expect(left.stdout).not.toContain('kubectl-nvme');
  });
});

const SERVICE = { kind: 'service', namespace: HOME_NAMESPACE, name: WEBHOOK_NAME } as const;

const capacity = { pods: '10', cpu: '4', memory: '4Gi' };

function cordoned(name: string): Node {
  return {
    ...node({ metadata: { name, labels: { 'kubernetes.io/os': 'linux' } }, spec: { unschedulable: true } }),
    status: { conditions: [{ type: 'Ready', status: 'True' }], capacity, allocatable: capacity },
  };
}

const tainted = (name: string): Node => ({
  ...node({
    metadata: { name, annotations: { [TAINTED]: `${STARTUP_TAINT_KEY}:NoSchedule` } },
    spec: { taints: [{ key: STARTUP_TAINT_KEY, effect: 'NoSchedule' }] },
  }),
});
