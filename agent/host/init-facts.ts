import { readlink, stat, statfs } from 'node:fs/promises';
import type { InitFacts } from './host-init.ts';

/** PROC_SUPER_MAGIC of statfs(2). */
const PROC_MAGIC = 0x9fa0;

/** Reads what host-init.ts decides from; what cannot be read is left out, which never makes the host be found. */
export async function readInitFacts(rootMount: string): Promise<InitFacts> {
  const proc = rootMount === '/' ? '/proc' : `${rootMount}/proc`;
  const [ownPidNamespace, initMountNamespace, initRoot, mountedRoot, mounted] = await Promise.all([
    link('/proc/self/ns/pid'),
    link('/proc/1/ns/mnt'),
    identity('/proc/1/root/'),
    identity(rootMount),
    isProc(proc).then((yes) => (yes ? link(`${proc}/1/ns/mnt`) : undefined)),
  ]);
  return {
    rootMount,
    ownPidNamespace,
    initMountNamespace,
    initRoot,
    mountedRoot,
    mountedInitMountNamespace: mounted,
  };
}

const link = (path: string): Promise<string | undefined> => readlink(path).catch(() => undefined);

const isProc = (path: string): Promise<boolean> =>
  statfs(path).then(
    ({ type }) => type === PROC_MAGIC,
    () => false,
  );

const identity = (path: string): Promise<string | undefined> =>
  stat(path).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => undefined,
  );
