import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parentEntries, tarBytes, type TarEntry } from '../../lab/assets/tar.ts';
import { executable, PLUGIN_PROGRAMS, type Platform } from './platforms.ts';

/** Where the parts of an archive come from. */
export interface ArchiveSource {
  /** The checkout, built. */
  root: string;
  /** Path of the launcher for a Windows architecture. */
  windowsLauncher: (arch: Platform['arch']) => string;
}

/** A platform's archive: programs, the chunks they load, what they install, the licence. Same input, same bytes. */
export async function archive(platform: Platform, source: ArchiveSource): Promise<Buffer> {
  const blocks: Buffer[] = [];
  for await (const block of tarBytes(await entries(platform, source))) blocks.push(block);
  return gzipSync(Buffer.concat(blocks), { level: 9 });
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function entries(platform: Platform, { root, windowsLauncher }: ArchiveSource): Promise<TarEntry[]> {
  const dist = join(root, 'dist');
  const chunks = JSON.parse(await readFile(join(dist, 'chunks.json'), 'utf8')) as Record<string, string[]>;
  const libraries = new Set(PLUGIN_PROGRAMS.flatMap((program) => chunks[program] ?? []));
  const programs = PLUGIN_PROGRAMS.map((program) =>
    file(executable(program, platform), programPath(dist, program, platform, windowsLauncher), 0o755),
  );
  const files = await Promise.all([
    ...programs,
    ...[...libraries, 'manifests.json'].map((name) => file(`lib/${name}`, join(dist, 'lib', name))),
    file('package.json', join(dist, 'package.json')),
    ...['LICENSE', 'README.md'].map((name) => file(name, join(root, name))),
  ]);
  return [...parentEntries('lib/x'), ...files];
}

function programPath(
  dist: string,
  program: string,
  { os, arch }: Platform,
  windowsLauncher: ArchiveSource['windowsLauncher'],
): string {
  return os === 'windows' ? windowsLauncher(arch) : join(dist, program);
}

async function file(path: string, source: string, mode = 0o644): Promise<TarEntry> {
  return { path, kind: 'file', mode, content: await readFile(source) };
}
