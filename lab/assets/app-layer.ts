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
  const chunks = await chunksOf(distDir, programs);
  const names = ['package.json', ...programs, ...chunks.map((chunk) => `lib/${chunk}`)];
  const files = await Promise.all(
    names.map(async (name): Promise<TarEntry> => {
      const mode = name.includes('.') ? 0o644 : 0o755;
      return { path: `${home}/${name}`, kind: 'file', mode, content: await distFile(distDir, name) };
    }),
  );
  return [
    ...parentEntries(`${home}/lib/x`),
    ...parentEntries('usr/local/bin/x'),
    ...files,
    ...programs.map((name): TarEntry => {
      return { path: `usr/local/bin/${name}`, kind: 'link', target: `../lib/kubectl-nvme/${name}` };
    }),
    // The name that users of Materialize's tool have in their DaemonSets.
    { path: 'usr/local/bin/ephemeral-storage-setup', kind: 'link', target: 'nvme-agent' },
  ];
}

/** The bundle's files that these programs load, from the list that the build wrote beside them. */
async function chunksOf(distDir: string, wanted: readonly string[]): Promise<string[]> {
  const list = JSON.parse((await distFile(distDir, 'chunks.json')).toString('utf8')) as Record<
    string,
    string[]
  >;
  const chunks = wanted.flatMap((program) => {
    const own = list[program];
    if (own === undefined) throw new ProgramNotBuiltError(join(distDir, program), undefined);
    return own;
  });
  return [...new Set(chunks)].sort();
}

async function distFile(distDir: string, name: string): Promise<Buffer> {
  const path = join(distDir, name);
  try {
    return await readFile(path);
  } catch (error) {
    throw new ProgramNotBuiltError(path, error);
  }
}
