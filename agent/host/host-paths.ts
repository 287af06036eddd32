import { readlink, realpath, stat } from 'node:fs/promises';

/** Shared with the host as they are: /dev by a bind mount, /sys and /proc by the kernel. */
const SHARED = /^\/(dev|sys|proc)(\/|$)/;

/**
 * Links below /sys, and those of the files of /proc that are read here, are relative or the kernel's own: whoever follows them
 * ends at the same place. A look at a machine reads hundreds of such files, and asking for a link at each part of each
 * path was most of its time.
 */
const SAME_FOR_ALL = /^\/(sys|proc)\/(?!(.*\/)?\.\.(\/|$))/;

/** As many links as the kernel follows (path_resolution(7)). */
const LINK_LIMIT = 40;

/** Where a host path is found by an agent that sees the host's root at `rootMount`. Follows no links. */
export function localPath(rootMount: string, hostPath: string): string {
  return rootMount === '/' || SHARED.test(hostPath) ? hostPath : `${rootMount}${hostPath}`;
}

/**
 * A path that we can use in place of a host path. Every link is followed as the host would, where we would not: an absolute
 * target starts at the host's root, not at the container's. What does not exist is kept as it is, so that paths about
 * to be made can be resolved too.
 */
export async function resolveHostPath(rootMount: string, hostPath: string): Promise<string> {
  return SAME_FOR_ALL.test(hostPath) ? hostPath : await followLinks(rootMount, hostPath);
}

async function followLinks(rootMount: string, hostPath: string): Promise<string> {
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
  if (SAME_FOR_ALL.test(hostPath)) return await realpath(hostPath);
  const resolved = await followLinks(rootMount, hostPath);
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
