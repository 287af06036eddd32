import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssetContext } from './context.ts';
import { withLock } from './lock.ts';
import { AssetCommandError, run } from './run.ts';

/** Only root may make files of other owners, which a root file system is full of. */
export class AssetNeedsRootError extends Error {
  constructor(what: string) {
    super(
      `${what} is not in the cache yet, and making it needs root: run \`sudo -E npm run lab -- assets\` once, ` +
        'or use `npm run lab -- up --control-plane-only`',
    );
    this.name = 'AssetNeedsRootError';
  }
}

/** Throws `AssetNeedsRootError` unless child processes of this one run as root; `what` begins its sentence. */
export async function requireRoot(ctx: AssetContext, what: string): Promise<void> {
  if (!(await isRoot(ctx))) throw new AssetNeedsRootError(what);
}

/** Whether child processes of this one run as root. */
export async function isRoot(ctx: AssetContext): Promise<boolean> {
  return (await run(ctx, 'id', ['-u'])).trim() === '0';
}

/**
 * Refreshes the package lists where this user may. An unreachable third-party source is told and is no
 * failure: what needs it fails later, by name.
 */
export async function updatePackageLists(ctx: AssetContext): Promise<void> {
  if (!(await isRoot(ctx))) return;
  ctx.progress('refreshing the Debian package lists');
  try {
    await run(ctx, 'apt-get', ['update', '-q'], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
  } catch (error) {
    if (!(error instanceof AssetCommandError)) throw error;
    ctx.progress(
      `apt-get update did not reach every source, going on: ${error.output.split('\n').at(-1) ?? ''}`,
    );
  }
}

/** The package lists have no package that the lab can use. */
export class PackageNotFoundError extends Error {
  constructor(pattern: string) {
    super(`no package matches ${pattern} in the package lists: run \`sudo apt-get update\` and try again`);
    this.name = 'PackageNotFoundError';
  }
}

/** Downloads one package without installing it and unpacks it into `tree`; gives the file's name. */
export async function unpackPackage(
  ctx: AssetContext,
  pattern: string,
  choose: (searchOutput: string) => string | undefined,
  tree: string,
): Promise<string> {
  const scratch = `${tree}.deb`;
  await mkdir(scratch, { recursive: true });
  return await withLock(ctx, 'apt', async () => {
    await updatePackageLists(ctx);
    const name = choose(await run(ctx, 'apt-cache', ['search', '--names-only', pattern]));
    if (name === undefined) throw new PackageNotFoundError(pattern);
    ctx.progress(`downloading the Debian package ${name}`);
    await run(ctx, 'apt-get', ['download', '-q', name], { cwd: scratch });
    const [file] = await readdir(scratch);
    if (file === undefined) throw new PackageNotFoundError(pattern);
    await run(ctx, 'dpkg', ['-x', join(scratch, file), tree]);
    await rm(scratch, { recursive: true });
    return file;
  });
}
