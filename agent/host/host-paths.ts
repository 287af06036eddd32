import { readlink, stat } from 'node:fs/promises';

/** Shared with the host as they are: /dev by a bind mount, /sys and /proc by the kernel. */
const SHARED = /^\/(dev|sys|proc)(\/|$)/;

/** As many links as the kernel follows (path_resolution(7)). */
const LINK_LIMIT = 40;

/** Where a host path is found by an agent that sees the host's root at `rootMount`. Follows no links. */
export function localPath(rootMount: string, hostPath: string): string {
  return rootMount === '/' || SHARED.test(hostPath) ? hostPath : `${rootMount}${hostPath}`;
}

/**
 * Follows every link of a host path as the host would: an absolute target starts at the host's root, not at the
 * container's. What does not exist is kept as it is, so that paths about to be made can be resolved too.
 */
export async function resolveHostPath(rootMount: string, hostPath: string): Promise<string> {
  const rest = hostPath.split('/');
  let at = '';
  let links = 0;
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      at = at.slice(0, Math.max(0, at.lastIndexOf('/')));
      continue;
    }
    const target = await linkTarget(localPath(rootMount, `${at}/${name}`));
    if (target === undefined) {
      at = `${at}/${name}`;
      continue;
    }
    links += 1;
    if (links > LINK_LIMIT) throw tooManyLinks(hostPath);
    if (target.startsWith('/')) at = '';
    rest.unshift(...target.split('/'));
  }
  return at === '' ? '/' : at;
}

/** As realpath(3) on the host: rejects with ENOENT when the path or a link's target is missing. */
export async function realHostPath(rootMount: string, hostPath: string): Promise<string> {
  const resolved = await resolveHostPath(rootMount, hostPath);
  await stat(localPath(rootMount, resolved));
  return resolved;
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EINVAL' || code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function tooManyLinks(path: string): Error {
  return Object.assign(new Error(`ELOOP: too many symbolic links, realpath '${path}'`), {
    code: 'ELOOP',
    path,
  });
}
