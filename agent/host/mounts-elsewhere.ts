import { readdir, readFile, readlink } from 'node:fs/promises';
import type { NamespaceMount } from './host.ts';
import { commandLine } from './lock-holders.ts';
import { unlessGone } from './openers.ts';

/**
 * Mounts of a device in all mount namespaces but the one of process 1. `proc` shows the host's processes. One process is
 * looked at for each namespace; rejects when that is not possible.
 */
export async function mountsElsewhere(majMin: string, proc: string): Promise<NamespaceMount[]> {
  const seen = new Set([await readlink(`${proc}/1/ns/mnt`)]);
  const found: NamespaceMount[] = [];
  for (const pid of (await readdir(proc)).filter((name) => /^\d+$/.test(name))) {
    const namespace = await unlessGone(readlink(`${proc}/${pid}/ns/mnt`), undefined);
    if (namespace === undefined || seen.has(namespace)) continue;
    // A process that ends meanwhile shows an empty text: another one of its namespace is looked at then.
    const mountinfo = await unlessGone(readFile(`${proc}/${pid}/mountinfo`, 'utf8'), '');
    if (mountinfo === '') continue;
    seen.add(namespace);
    const mounts = mountsOf(majMin, mountinfo);
    if (mounts.length === 0) continue;
    const holder = `${(await commandLine(`${proc}/${pid}`)) || 'a process'} (PID ${pid})`;
    found.push(...mounts.map((mount) => ({ ...mount, holder })));
  }
  return found;
}

/** Third to fifth field of each line: device, root in the filesystem, mount point (proc_pid_mountinfo(5)). */
function mountsOf(majMin: string, mountinfo: string): { root: string; mountPoint: string }[] {
  return mountinfo
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => fields[2] === majMin)
    .map(([, , , root = '', mountPoint = '']) => ({ root, mountPoint }));
}
