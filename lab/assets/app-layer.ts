import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parentEntries, type TarEntry } from './tar.ts';

/** The programs of `dist/` that run in a cluster; the plugin's own files would change the image for nothing. */
const programs = ['nvme-agent', 'nvme-webhook'] as const;
const home = 'usr/local/lib/kubectl-nvme';

/** `npm run build` has not made a program that the image needs. */
export class ProgramNotBuiltError extends Error {
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`the image needs ${path}, which cannot be read: run \`npm run build\` first`, { cause });
    this.name = 'ProgramNotBuiltError';
    this.path = path;
  }
}

/** The image's last layer: launchers, the chunks they load, and their names on the PATH. */
export async function appEntries(distDir: string): Promise<TarEntry[]> {
  const scripts = await reachable(
    distDir,
    programs.map((name) => `${name}.js`),
  );
  const files = new Map([
    ['package.json', await distFile(distDir, 'package.json')],
    ...[...scripts].map(([name, content]): [string, Buffer] => [`lib/${name}`, content]),
  ]);
  for (const name of programs) files.set(name, await distFile(distDir, name));
  return [
    ...parentEntries(`${home}/lib/x`),
    ...parentEntries('usr/local/bin/x'),
    ...[...files].map(([name, content]): TarEntry => {
      const mode = name.includes('.') ? 0o644 : 0o755;
      return { path: `${home}/${name}`, kind: 'file', mode, content };
    }),
    ...programs.map((name): TarEntry => {
      return { path: `usr/local/bin/${name}`, kind: 'link', target: `../lib/kubectl-nvme/${name}` };
    }),
    // The name that users of Materialize's tool have in their DaemonSets.
    { path: 'usr/local/bin/ephemeral-storage-setup', kind: 'link', target: 'nvme-agent' },
  ];
}

/** The bundle's files that the given ones import, directly or not; the bundle is flat, so names are enough. */
async function reachable(distDir: string, first: readonly string[]): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const queue = [...first];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (found.has(name)) continue;
    const content = await distFile(distDir, join('lib', name));
    found.set(name, content);
    queue.push(...importedChunks(content.toString('utf8')));
  }
  return found;
}

/** The names of `./NAME.js` that an ESM bundle's text imports, statically or not. */
export function importedChunks(source: string): readonly string[] {
  const imports = /(?:\bfrom|\bimport)\s*\(?\s*["']\.\/([\w.-]+\.js)["']/g;
  return [...new Set([...source.matchAll(imports)].map(([, name]) => name ?? ''))];
}

async function distFile(distDir: string, name: string): Promise<Buffer> {
  const path = join(distDir, name);
  try {
    return await readFile(path);
  } catch (error) {
    throw new ProgramNotBuiltError(path, error);
  }
}
