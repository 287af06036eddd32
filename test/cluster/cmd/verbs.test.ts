import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import {
  CLEANUP_APPROVED,
  CLEANUP_CONFIG_MAP,
  NODE_UID,
  PAUSED,
  STARTUP_TAINT_KEY,
  WEBHOOK_NAMESPACE,
} from '../../../api/keys.ts';
import type { NVMeNodeStatus } from '../../../api/node.ts';
import type { KubeApi } from '../../../kube/api.ts';
import {
  configMaps,
  namespaces,
  nodes,
  nvmeNodes,
  nvmeProfiles,
  persistentVolumeClaims,
  persistentVolumes,
} from '../../../kube/resources.ts';
import { recordData } from '../../../orphans/record.ts';
import type { ProgramResult } from '../../builders/built-program.ts';
import { claim, node, nvmeNode, nvmeProfile } from '../../builders/objects.ts';
import { publishedVolume, type PublishedVolume } from '../../builders/orphans.ts';
import { openPluginScene, type PluginScene } from './plugin-scene.ts';

const NODE = 'verbs-a';
const VOLUMES = ['verbs-bound', 'verbs-orphan', 'verbs-held'];

describe('the verbs of kubectl nvme on a real cluster', () => {
  let kube: KubeApi;
  let kubectl: PluginScene['kubectl'];
  const nvme = (...args: string[]): Promise<ProgramResult> => kubectl('nvme', ...args);

  beforeAll(async () => {
    ({ kube, kubectl } = await openPluginScene(inject('controlPlane')));
    const { status: _, ...object } = node({ metadata: { name: NODE, labels: { verbs: 'true' } } });
    const stored = await kube.create(nodes, object);
    const uid = stored.metadata?.uid ?? '';
    await kube.create(
      nvmeProfiles,
      nvmeProfile({
        metadata: { name: 'verbs' },
        spec: { nodeSelector: { matchLabels: { verbs: 'true' } } },
      }),
    );
    const owner = { apiVersion: 'v1', kind: 'Node', name: NODE, uid };
    await kube.create(
      nvmeNodes,
      nvmeNode({ metadata: { name: NODE, ownerReferences: [owner] }, spec: { profile: 'verbs' } }),
    );
    await kube.patch(
      nvmeNodes,
      NODE,
      { type: 'merge', body: { status: reported } },
      { subresource: 'status' },
    );
    await addVolume('verbs-bound', { nodeName: NODE, nodeUID: uid });
    await kube.create(persistentVolumeClaims, boundTo('verbs-bound'));
  });

  afterAll(async () => {
    await kube.delete(persistentVolumeClaims, 'verbs', { namespace: 'default' });
    for (const name of VOLUMES) await kube.delete(persistentVolumes, name).catch(() => undefined);
    await kube.delete(nvmeProfiles, 'verbs');
    await kube.delete(nodes, NODE);
  });

  async function addVolume(name: string, volume: PublishedVolume): Promise<string> {
    const { metadata, spec } = publishedVolume({ name, ...volume });
    const { uid: _uid, resourceVersion: _version, ...rest } = metadata ?? {};
    const stored = await kube.create(persistentVolumes, { metadata: rest, ...(spec ? { spec } : {}) });
    return stored.metadata?.uid ?? '';
  }

  it('plans and describes from what the agent reported, and exits with 1 where nothing may be done', async () => {
    const planned = await nvme('plan', 'node', NODE, '-o', 'jsonpath={.metadata.name} {.id}');
    expect(planned).toEqual({ exitCode: 0, stdout: `${NODE} setup-1`, stderr: '' });
    const described = await nvme('describe', 'node', NODE);
    expect(described.stdout).toMatch(/^Node: +verbs-a\n/);
    expect(described.stdout).toMatch(/ {2}\/dev\/nvme1n1 +Fast +1Ti +0 +Local +Ours +<none>\n/);
  });

  it('keeps the wear that the agent reports: the schema knows it', async () => {
    const { stdout } = await nvme('health', NODE, '--no-headers');
    expect(stdout).toMatch(/^verbs-a +\/dev\/nvme1n1 +Fast +OK +7% +100% +0 +<none>\n$/);
  });

  it('names volumes and profiles as kubectl does', async () => {
    const volumes = await nvme('list', 'volumes', '--node', NODE, '-o', 'name');
    expect(volumes).toEqual(await kubectl('get', 'pv', 'verbs-bound', '-o', 'name'));
    const profiles = await nvme('list', 'profiles', '-o', 'name');
    expect(profiles).toEqual(await kubectl('get', 'nvmeprofiles', '-o', 'name'));
    const output = ['-o', 'custom-columns=NAME:.metadata.name'];
    expect(await nvme('list', 'profiles', ...output)).toEqual(
      await kubectl('get', 'nvmeprofiles', ...output),
    );
  });

  it('takes the taint off and pauses in the caller’s name, and ends the pause', async () => {
    await kubectl('taint', 'node', NODE, `${STARTUP_TAINT_KEY}:NoSchedule`);
    expect(await nvme('taint', NODE, '--remove', '--reason', 'INC-42')).toEqual({
      exitCode: 0,
      stdout: `node/${NODE} untainted and paused\n`,
      stderr: '',
    });
    const paused = await kube.get(nodes, NODE);
    const { stdout } = await kubectl('auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}');
    expect(JSON.parse(paused.metadata?.annotations?.[PAUSED] ?? '')).toMatchObject({
      by: stdout,
      why: 'INC-42',
    });
    expect((paused.spec?.taints ?? []).map(({ key }) => key)).not.toContain(STARTUP_TAINT_KEY);
    expect((await nvme('taint', NODE)).stdout).toBe(`node/${NODE} tainted\n`);
    const back = await kube.get(nodes, NODE);
    expect(back.metadata?.annotations).not.toHaveProperty(PAUSED);
    expect((back.spec?.taints ?? []).map(({ key }) => key)).toContain(STARTUP_TAINT_KEY);
  });

  it('stops a drain that would lose a claim’s data', async () => {
    await expect
      .poll(async () => (await kube.get(persistentVolumes, 'verbs-bound')).status?.phase, { timeout: 20_000 })
      .toBe('Bound');
    const { stdout, stderr, exitCode } = await nvme('drain-check', NODE, '--no-headers');
    expect(stdout).toMatch(
      /^verbs-a +verbs-bound +default\/verbs +<none> +2Gi +nvme-ssd +bound to the claim\n$/,
    );
    expect({ stderr, exitCode }).toEqual({
      stderr: `error: node ${NODE} must not go: 1 volume with data, used by 0 pods\n`,
      exitCode: 1,
    });
  });

  it('orders what the API server’s schema takes, and no reset of volumes with a claim', async () => {
    const refused = await nvme('reset', 'node', NODE, '--force');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('has volumes in use: verbs-bound (claim default/verbs)');
    expect((await kube.get(nvmeNodes, NODE)).spec?.request).toBeUndefined();
    const order = ['-l', 'verbs=true', '--existing-data', 'Adopt', '--layout', 'lvm', '--wait=false'];
    expect((await nvme('setup', 'node', ...order)).stdout).toBe(`node/${NODE} ordered\n`);
    expect((await kube.get(nvmeNodes, NODE)).spec).toMatchObject({
      overrides: { existingData: 'Adopt', layout: { type: 'LVM' } },
      request: { type: 'setup' },
    });
  });

  it('shows and deletes what a vanished node left, and releases what is held', async () => {
    const orphan = { nodeName: 'verbs-gone', nodeUID: 'uid-gone' };
    await addVolume('verbs-orphan', orphan);
    const held = await addVolume('verbs-held', { nodeName: NODE, nodeUID: 'uid-other' });
    await kube.create(namespaces, { metadata: { name: WEBHOOK_NAMESPACE } }).catch(() => undefined);
    const missed = { 'uid-gone': { name: 'verbs-gone', at: Date.now() - 3_600_000, announced: true } };
    const map = { metadata: { name: CLEANUP_CONFIG_MAP }, data: recordData({ missed, announced: [] }) };
    // Another file's webhook may have left its record on the shared control plane.
    await kube
      .delete(configMaps, CLEANUP_CONFIG_MAP, { namespace: WEBHOOK_NAMESPACE })
      .catch(() => undefined);
    await kube.create(configMaps, map, { namespace: WEBHOOK_NAMESPACE });
    const listed = await nvme(
      'list',
      'orphans',
      '-o',
      'custom-columns=N:.metadata.name,S:.state',
      '--no-headers',
    );
    expect(listed.stdout).toMatch(/verbs-held +Held\n/);
    expect(listed.stdout).toMatch(/verbs-orphan +Deleting\n/);
    expect((await nvme('cleanup', 'verbs-orphan')).stdout).toBe('persistentvolume/verbs-orphan deleted\n');
    await expect(kube.get(persistentVolumes, 'verbs-orphan')).rejects.toThrow('not found');
    expect((await nvme('cleanup', '--approve', 'verbs-held')).stdout).toBe(
      'persistentvolume/verbs-held approved\n',
    );
    const stored = await kube.get(configMaps, CLEANUP_CONFIG_MAP, { namespace: WEBHOOK_NAMESPACE });
    expect(stored.data?.[CLEANUP_APPROVED]).toBe(JSON.stringify([held]));
    await kube.delete(configMaps, CLEANUP_CONFIG_MAP, { namespace: WEBHOOK_NAMESPACE });
  });

  it('makes a bundle that says what is missing', async () => {
    const { stdout, stderr, exitCode } = await nvme('snapshot', NODE);
    expect(exitCode).toBe(0);
    expect(stderr).toBe(`Note: no log: no nvme-agent runs on node ${NODE}\n`);
    expect(JSON.parse(stdout)).toMatchObject({ bundle: { node: { metadata: { name: NODE } } } });
    expect(stdout).toContain(NODE_UID);
  });
});

const drive = {
  path: '/dev/nvme1n1',
  model: 'Fast',
  size: 2 ** 40,
  numaNode: 0,
  role: 'Local' as const,
  state: 'Ours' as const,
  health: { percentageUsed: 7, availableSpare: 100, mediaErrors: 0, criticalWarning: 0 },
};

const plan = {
  layout: { type: 'Filesystem' as const },
  provider: 'generic',
  drives: [drive],
  candidates: [drive.path],
  refusals: [],
};

const reported: NVMeNodeStatus = {
  drives: [drive],
  plan: { ...plan, id: 'setup-1', for: 'setup', steps: [] },
  resetPlan: {
    ...plan,
    id: 'reset-1',
    for: 'reset',
    steps: [{ name: `discard ${drive.path}`, command: ['blkdiscard'] }],
  },
  conditions: [],
};

/** A claim that names its volume is bound to it without a pod. */
function boundTo(volumeName: string) {
  const base = claim({ metadata: { name: 'verbs', namespace: 'default' } });
  return { ...base, spec: { ...base.spec, volumeName } };
}
