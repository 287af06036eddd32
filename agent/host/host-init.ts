/** What was seen of process 1 and of the root mount; identities are `device:inode` or the text of a namespace link. */
export interface InitFacts {
  /** Where the host's root is mounted; `/` for an agent that runs on the host itself. */
  rootMount: string;
  /** `/proc/self/ns/pid`. */
  ownPidNamespace?: string | undefined;
  /** `/proc/1/ns/mnt`, process 1 as we see it. */
  initMountNamespace?: string | undefined;
  /** The root directory of process 1, `/proc/1/root`. */
  initRoot?: string | undefined;
  /** The directory `rootMount`. */
  mountedRoot?: string | undefined;
  /** `<rootMount>/proc/1/ns/mnt`, when a proc file system is mounted there. */
  mountedInitMountNamespace?: string | undefined;
}

/** Where the host's process 1 is, and whether it is process 1 of our own PID namespace, as nsenter needs it. */
export type HostInit = { found: true; proc: string; sharesPids: boolean } | { found: false; reason: string };

/** The first PID namespace of a running kernel has this inode on every machine (PROC_PID_INIT_INO). */
export const FIRST_PID_NAMESPACE = 'pid:[4026531836]';

/** Tells the host's process 1 from a container's. When in doubt it is not found: its mounts would be the wrong ones. */
export function findHostInit(facts: InitFacts): HostInit {
  return facts.rootMount === '/' ? onTheHost(facts) : inAContainer(facts);
}

function onTheHost({ ownPidNamespace, initRoot, mountedRoot }: InitFacts): HostInit {
  const first = ownPidNamespace === FIRST_PID_NAMESPACE;
  if (first && initRoot !== undefined && initRoot === mountedRoot) {
    return { found: true, proc: '/proc', sharesPids: true };
  }
  const why = first ? 'its root directory is another one' : 'this is not the machine’s own PID namespace';
  return refuse(`process 1 is not the host’s for us (${why}), so this looks like a container`, 'mount');
}

function inAContainer(facts: InitFacts): HostInit {
  const { rootMount, initMountNamespace, mountedInitMountNamespace, initRoot, mountedRoot } = facts;
  if (mountedInitMountNamespace !== undefined) {
    const sharesPids = mountedInitMountNamespace === initMountNamespace;
    return { found: true, proc: `${rootMount}/proc`, sharesPids };
  }
  if (initRoot !== undefined && initRoot === mountedRoot) {
    return { found: true, proc: '/proc', sharesPids: true };
  }
  return refuse(`no proc file system at ${rootMount}/proc, and process 1 is not the host’s`, 'add');
}

function refuse(what: string, how: 'mount' | 'add'): HostInit {
  const wayOut =
    how === 'mount'
      ? 'run the agent with the host’s root mounted at /host and say so'
      : 'give the pod hostPID: true and the host’s root, with all mounts below it, as a hostPath volume';
  return { found: false, reason: `The host’s mounts cannot be told from a container’s: ${what}; ${wayOut}` };
}
