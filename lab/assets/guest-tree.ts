import { mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssetContext } from './context.ts';
import { listEntries } from './list.ts';
import { run } from './run.ts';

/** Lists in the guest's tree that say what systemd starts and what not; they are not copied. */
const lists = ['enable', 'mask'] as const;

/**
 * Copies the guest's tree as root's own onto a root file system, replacing files rather than writing into links, and
 * enables and masks the units that it lists.
 */
export async function installGuest(ctx: AssetContext, guestDir: string, root: string): Promise<void> {
  const flags = ['--recursive', '--no-dereference', '--preserve=mode,links', '--remove-destination'];
  await run(ctx, 'cp', [...flags, '--no-target-directory', guestDir, root]);
  for (const list of lists) await rm(join(root, list));
  await run(ctx, 'chown', ['--no-dereference', 'root:root', ...(await overlaid(guestDir, root))]);
  // An empty machine-id is filled at each node's first boot; a shared one would make twins.
  await rm(join(root, 'etc', 'machine-id'), { force: true });
  await writeFile(join(root, 'etc', 'machine-id'), '');
  const [enabled = [], masked = []] = await Promise.all(
    lists.map(async (list) => listEntries(await readFile(join(guestDir, list), 'utf8'))),
  );
  // The tree's own systemctl: the host may have another release, or none.
  await run(ctx, 'chroot', [root, 'systemctl', '--quiet', 'enable', ...enabled]);
  for (const name of masked) await mask(root, name);
}

async function overlaid(guestDir: string, root: string): Promise<readonly string[]> {
  const names = await readdir(guestDir, { recursive: true });
  return names.filter((name) => !lists.some((list) => list === name)).map((name) => join(root, name));
}

/** A link to nowhere in `/etc` hides what `/usr` has of that name; `systemctl mask` does so for units only. */
async function mask(root: string, name: string): Promise<void> {
  const folder = name.endsWith('-generator') ? 'system-generators' : 'system';
  const path = join(root, 'etc', 'systemd', folder, name);
  await mkdir(join(path, '..'), { recursive: true });
  await rm(path, { force: true });
  await symlink('/dev/null', path);
}
