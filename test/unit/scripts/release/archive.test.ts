import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { archive, sha256 } from '../../../../scripts/release/archive.ts';
import { runProgramFile } from '../../../builders/built-program.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const NODE = join(root, 'node_modules', 'node', 'bin');

const source = () => {
  const launcher = join(temporaryFolder(), 'launcher.exe');
  writeFileSync(launcher, 'MZ');
  return { root, windowsLauncher: () => launcher };
};

/** The archive unpacked into a new folder, by the system's tar. */
async function unpacked(bytes: Buffer): Promise<string> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'a.tar.gz'), bytes);
  const { exitCode, stderr } = await runProgramFile('tar', ['-xzf', join(folder, 'a.tar.gz'), '-C', folder]);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return folder;
}

describe('an archive of a release', () => {
  it('runs where it was unpacked, with nothing but Node on the PATH', async () => {
    const folder = await unpacked(await archive({ os: 'linux', arch: 'amd64' }, source()));
    const env = { PATH: `${NODE}:/usr/bin:/bin` };
    const version = await runProgramFile(join(folder, 'kubectl-nvme'), ['version'], env);
    expect(version).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/^Client Version: v\d/) as string,
      stderr: '',
    });
    const manifests = await runProgramFile(join(folder, 'kubectl-nvme'), ['install', '-o', 'yaml'], env);
    expect(manifests.stdout).toContain('kind: DaemonSet');
    const completion = await runProgramFile(join(folder, 'kubectl_complete-nvme'), ['inst'], env);
    expect(completion.stdout).toMatch(/^install\t/);
  });

  it('has the licence, programs that Windows can start, and neither agent nor webhook', async () => {
    const folder = await unpacked(await archive({ os: 'windows', arch: 'arm64' }, source()));
    const { stdout } = await runProgramFile('find', [folder, '-type', 'f', '-printf', '%P %m\\n']);
    const files = stdout.trimEnd().split('\n');
    expect(files).toEqual(
      expect.arrayContaining(['LICENSE 644', 'kubectl-nvme.exe 755', 'kubectl_complete-nvme.exe 755']),
    );
    expect(files.filter((file) => /nvme-agent|nvme-webhook/.test(file))).toEqual([]);
  });

  it('has the same bytes every time, so that its checksum can be checked by building it', async () => {
    const platform = { os: 'darwin', arch: 'arm64' } as const;
    expect(sha256(await archive(platform, source()))).toBe(sha256(await archive(platform, source())));
  });
});
