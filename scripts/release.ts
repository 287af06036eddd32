// Makes a release from dist/: an archive for each platform, the krew manifest with their checksums, SHA256SUMS.
// `npm run build` first; needs Go for the Windows launchers.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { archive, sha256 } from './release/archive.ts';
import { archiveUri, krewManifest, type ReleasedArchive } from './release/krew.ts';
import { archiveName, PLATFORMS, type Platform } from './release/platforms.ts';

const root = join(import.meta.dirname, '..');
const target = process.argv[2] ?? join(root, 'release');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const launchers = mkdtempSync(join(tmpdir(), 'kubectl-nvme-launcher-'));

function windowsLauncher(arch: Platform['arch']): string {
  const path = join(launchers, `${arch}.exe`);
  const env = { ...process.env, GOOS: 'windows', GOARCH: arch, CGO_ENABLED: '0', GOFLAGS: '-mod=mod' };
  const flags = ['-trimpath', '-buildvcs=false', '-ldflags=-s -w -buildid='];
  execFileSync('go', ['build', ...flags, '-o', path, '.'], {
    cwd: join(import.meta.dirname, 'launcher'),
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return path;
}

try {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const archives: ReleasedArchive[] = [];
  const sums: string[] = [];
  for (const platform of PLATFORMS) {
    const name = archiveName(version, platform);
    const bytes = await archive(platform, { root, windowsLauncher });
    writeFileSync(join(target, name), bytes);
    archives.push({ platform, uri: archiveUri(version, name), sha256: sha256(bytes) });
    sums.push(`${sha256(bytes)}  ${name}\n`);
  }
  writeFileSync(join(target, 'SHA256SUMS'), sums.join(''));
  writeFileSync(join(target, 'nvme.yaml'), krewManifest(version, archives));
} finally {
  rmSync(launchers, { recursive: true, force: true });
}
