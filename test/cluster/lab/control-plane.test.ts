import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { openLab, type Lab } from '../../../lab/lab.ts';
import { testLabContext } from '../../builders/lab-context.ts';

const run = promisify(execFile);

describe('the control plane of a lab', () => {
  let lab: Lab;
  const kubectl = async (kubeconfig: string, ...args: string[]): Promise<string> => {
    const { stdout } = await run(lab.kubectlPath, ['--kubeconfig', kubeconfig, ...args]);
    return stdout.trim();
  };

  beforeAll(async () => {
    lab = await openLab(testLabContext(), inject('controlPlane').labName);
  });

  it('is a ready Kubernetes of the pinned version', async () => {
    const version = JSON.parse(await kubectl(lab.kubeconfig, 'get', '--raw', '/version')) as {
      gitVersion: string;
    };

    expect(await kubectl(lab.kubeconfig, 'get', '--raw', '/readyz')).toBe('ok');
    expect(version.gitVersion).toBe('v1.36.3');
  });

  it('denies a user without a role what the administrator may do', async () => {
    const nobody = await lab.issueKubeconfig('nobody', ['nobodies']);

    expect(await kubectl(lab.kubeconfig, 'auth', 'can-i', 'list', 'nodes')).toBe('yes');
    await expect(kubectl(nobody, 'get', 'nodes')).rejects.toThrow(
      /nodes is forbidden: User "nobody" cannot list/,
    );
  });

  it('lets a node change only itself, and none of its protected labels', async () => {
    const node = await lab.issueKubeconfig('system:node:mine', ['system:nodes']);
    for (const name of ['mine', 'other']) {
      await kubectl(lab.kubeconfig, 'create', '-f', await nodeFile(lab.dir, name));
    }

    await expect(kubectl(node, 'label', 'node', 'other', 'a=b')).rejects.toThrow(/forbidden/);
    await expect(
      kubectl(node, 'label', 'node', 'mine', 'node-restriction.kubernetes.io/a=b'),
    ).rejects.toThrow(/is not allowed to modify labels/);
    await expect(kubectl(node, 'label', 'node', 'mine', 'a=b')).resolves.toContain('labeled');
    await kubectl(lab.kubeconfig, 'delete', 'node', 'mine', 'other');
  });

  it('runs the controllers and the scheduler', async () => {
    await kubectl(lab.kubeconfig, 'create', 'deployment', 'idle', '--image=none');
    await kubectl(lab.kubeconfig, 'wait', '--for=create', 'pod', '-l', 'app=idle', '--timeout=30s');

    const reason = '--for=jsonpath={.status.conditions[?(@.type=="PodScheduled")].reason}=Unschedulable';
    await kubectl(lab.kubeconfig, 'wait', 'pod', '-l', 'app=idle', reason, '--timeout=30s');

    await kubectl(lab.kubeconfig, 'delete', 'deployment', 'idle');
  });
});

async function nodeFile(dir: string, name: string): Promise<string> {
  const { writeFile } = await import('node:fs/promises');
  const path = `${dir}/node-${name}.json`;
  await writeFile(path, JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name } }));
  return path;
}
