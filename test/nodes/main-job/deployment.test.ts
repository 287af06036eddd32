import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STARTUP_TAINT_KEY } from '../../../api/keys.ts';
import type { Node } from '../../../kube/resources.ts';
import { applyManifests } from '../../../lab/install/install.ts';
import { kubectl, kubectlJson } from '../../../lab/install/kubectl.ts';
import { startLab, type Lab } from '../../../lab/lab.ts';
import { testLabContext } from '../../builders/lab-context.ts';
import { inPool, profileFor } from './scene.ts';

const ctx = testLabContext();
const PORT = 8443;

describe('the webhook as a Deployment on a plain node', () => {
  let lab: Lab;

  const apply = async (object: object): Promise<void> => {
    const file = join(lab.dir, 'deployment.yaml');
    await writeFile(file, stringify(object));
    await kubectl(ctx, lab, 'apply', '-f', file);
  };

  beforeAll(async () => {
    lab = await startLab(ctx, { controlPlaneOnly: true });
    const plain = await lab.addNode('plain', { drives: 0, forwardPorts: [PORT], until: 'Booted' });
    const url = `https://127.0.0.1:${await plain.forward(PORT)}`;
    await applyManifests(ctx, lab, { webhookReplicas: 1, webhookArgs: [`--url=${url}`] });
    await apply(profileFor('fast', {}));
    await kubectl(
      ctx,
      lab,
      ...['wait', '-n', 'kubectl-nvme', 'deployment/nvme-webhook'],
      ...['--for=condition=Available', '--timeout=180s'],
    );
  });

  afterAll(() => lab.stop());

  it('runs as the user that the manifests ask for, with nothing it may write to', async () => {
    const exec = ['exec', '-n', 'kubectl-nvme', 'deployment/nvme-webhook', '--'];
    expect(await kubectl(ctx, lab, ...exec, 'id', '-u')).toBe('65532\n');
    await expect(kubectl(ctx, lab, ...exec, 'touch', '/file')).rejects.toThrow(/Read-only file system/);
  });

  it('taints a node that a profile matches in its very creation, and enrols it', async () => {
    const metadata = { name: 'born', labels: inPool('fast') };
    await apply({ apiVersion: 'v1', kind: 'Node', metadata });
    const { spec, metadata: made } = await kubectlJson<Node>(ctx, lab, 'get', 'node', 'born');
    expect(spec?.taints?.map(({ key }) => key)).toContain(STARTUP_TAINT_KEY);
    const wait = ['wait', 'nvmenode/born', '--for=create', '--timeout=60s'];
    await kubectl(ctx, lab, ...wait);
    const nvme = await kubectlJson<Node>(ctx, lab, 'get', 'nvmenode', 'born');
    expect(nvme.metadata?.ownerReferences?.[0]?.uid).toBe(made?.uid);
  });

  it('leaves a node alone that no profile matches', async () => {
    await apply({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'other' } });
    const { spec } = await kubectlJson<Node>(ctx, lab, 'get', 'node', 'other');
    expect(spec?.taints?.map(({ key }) => key) ?? []).not.toContain(STARTUP_TAINT_KEY);
  });
});
