import { execFileSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { runProgramFile, type ProgramResult } from '../../builders/built-program.ts';
import { folderUntilEnd } from '../../builders/temporary-folder.ts';
import { openPluginScene } from './plugin-scene.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

describe('the package of npm pack, installed globally on a machine without a registry', () => {
  const { kubectlPath, kubeconfig } = inject('controlPlane');
  const dir = folderUntilEnd();
  const prefix = join(dir, 'prefix');
  // An empty cache and no network: what the package does not bring itself cannot be had.
  const npmEnv = { PATH: process.env.PATH, HOME: dir, npm_config_cache: join(dir, 'cache') };
  // The package brings no Node: the PATH's must do, and here that is the one that runs the tests.
  const path = [join(prefix, 'bin'), dirname(process.execPath), process.env.PATH].join(delimiter);
  const kubectl = (...args: string[]): Promise<ProgramResult> =>
    runProgramFile(kubectlPath, args, { PATH: path, HOME: dir, KUBECONFIG: kubeconfig });

  beforeAll(async () => {
    await openPluginScene({ kubectlPath, kubeconfig });
    const npm = (...args: string[]): string =>
      execFileSync('npm', args, { cwd: ROOT, env: npmEnv, encoding: 'utf8', timeout: 120_000 });
    const [packed] = JSON.parse(npm('pack', '--json', '--pack-destination', dir)) as { filename: string }[];
    npm('install', '-g', '--offline', '--prefix', prefix, join(dir, packed?.filename ?? 'no package'));
  });

  it('is found by kubectl under its prefix, and runs', async () => {
    expect((await kubectl('plugin', 'list')).stdout).toContain(join(prefix, 'bin', 'kubectl-nvme'));
    expect(await kubectl('nvme', 'version')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^Client Version: v/) as string,
    });
  });

  it('talks to a cluster, prints its manifests, and completes', async () => {
    const unknown = await kubectl('nvme', 'status', 'no-such-node');
    expect(unknown.stderr).toBe(
      'Error from server (NotFound): nodes "no-such-node" not found\nSee which there are with: kubectl get nodes\n',
    );
    const manifests = await kubectl('nvme', 'install', '-o', 'yaml');
    expect(manifests).toMatchObject({ exitCode: 0, stderr: '' });
    expect(manifests.stdout).toContain('kind: DaemonSet');
    expect((await kubectl('__complete', 'nvme', 'st')).stdout).toMatch(/^status\t.*\n:4\n/);
  });
});
