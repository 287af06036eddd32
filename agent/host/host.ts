/** What a program run on the host came back with. */
export interface RunResult {
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  /** Written to the program's standard input. */
  input?: string;
  /** Milliseconds; the program is killed with its children after it. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Exit codes that count as success; `[0]` by default. */
  okCodes?: readonly number[];
  /** Set for programs that write to drives: they inherit the host's write lock, see lock.ts. */
  writes?: boolean;
}

/** A program failed, could not be started or ran out of time. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly command: readonly string[];
  readonly exitCode: number | null;
  readonly stderr: string;
  readonly timedOut: boolean;
  constructor(
    command: readonly string[],
    outcome: { exitCode: number | null; stderr: string; timedOut: boolean },
    options?: { cause?: unknown },
  ) {
    const how = outcome.timedOut ? 'ran out of time' : `exited with ${outcome.exitCode ?? 'a signal'}`;
    const said = outcome.stderr.trim();
    super(`${command.join(' ')}: ${how}${said === '' ? '' : `: ${said}`}`, options);
    this.command = command;
    this.exitCode = outcome.exitCode;
    this.stderr = outcome.stderr;
    this.timedOut = outcome.timedOut;
  }
}

/** Bytes `[offset, offset + length)` of a device. */
export interface Place {
  offset: number;
  length: number;
}

/** A mount in a mount namespace of its own. */
export interface NamespaceMount {
  /** Path inside the filesystem that is mounted. */
  root: string;
  /** As its namespace sees it. */
  mountPoint: string;
  /** A process of the namespace, in words. */
  holder: string;
}

/** Who has a device open, in words. */
export interface DeviceUsers {
  path: string;
  users: string[];
}

/**
 * The one seam between the agent and the machine it runs on. Paths are the host's; an agent in a container maps
 * them through its mount of the host's root. Nothing here decides anything.
 */
export interface Host {
  /** Where the node's kubelet keeps its data, when somebody told (`KUBELET_ROOT`). */
  readonly kubeletRoot?: string | undefined;
  /** Runs a program without a shell, `LC_ALL=C`. Rejects with CommandError. */
  run(command: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Text of a host file; rejects with the system's error (`code` ENOENT …). */
  readFile(path: string): Promise<string>;
  /** Entry names, sorted. */
  readDirectory(path: string): Promise<string[]>;
  /** Target of a symbolic link, resolved to a real host path. */
  realPath(path: string): Promise<string>;
  exists(path: string): Promise<boolean>;
  /** Replaces a file atomically (temporary file, fsync, rename). */
  writeFile(path: string, text: string): Promise<void>;
  makeDirectory(path: string): Promise<void>;
  /** When a file's content was last changed, milliseconds since the epoch; rejects with the system's error. */
  modifiedAt(path: string): Promise<number>;
  /** Bytes of the filesystem mounted at a host path that are for its users (statfs: f_blocks × f_frsize, less the root's reserve). */
  filesystemBytes(path: string): Promise<number>;
  /** Bytes of a device at each of these places, in their order, all read through one read-only opening. */
  readBlocks(path: string, places: readonly Place[]): Promise<Uint8Array[]>;
  /**
   * Opens the device O_RDONLY|O_EXCL and closes it: rejects with EBUSY for a mount in any namespace, md, dm and swap
   * (open(2), O_EXCL without O_CREAT on block devices).
   */
  probeExclusive(path: string): Promise<void>;
  /** The same, open while `work` runs, so that nobody can mount, assemble or swap on the device meanwhile. */
  holdExclusive<T>(path: string, work: () => Promise<T>): Promise<T>;
  /**
   * Who has the device open plainly, which an exclusive open does not see: processes of the host other than this one, and
   * loop devices, NVMe and SCSI targets over it; in words. Rejects when not all of them can be looked into.
   */
  openersOf(path: string): Promise<string[]>;
  /** The same of several devices in one look, without who can only read; devices that nobody can write to are left out. */
  writersOf(paths: readonly string[]): Promise<DeviceUsers[]>;
  /** Writes an attribute of the kernel below /sys or /proc in one write; needs the write lock. */
  writeAttribute(path: string, text: string): Promise<void>;
  /**
   * Renames an entry of a directory, atomically; a link as its last part is not followed. Needs the write lock; rejects
   * with the system's error when it is a mount point or the target is another directory with entries.
   */
  rename(from: string, to: string): Promise<void>;
  /**
   * Removes a directory with all that is in it. Follows no link, the last part of the path included, and enters no other
   * filesystem. Needs the write lock; rejects with CommandError when anything is left.
   */
  removeTree(path: string): Promise<void>;
  /** Resolves once all that was written to the filesystem of a path would survive a power cut. */
  syncFilesystem(path: string): Promise<void>;
  /**
   * Mounts of a device, by its `major:minor`, in mount namespaces other than the host's own: a container keeps its mounts
   * when its pod was deleted by force. Rejects when not all of them can be looked into.
   */
  mountsElsewhere(majMin: string): Promise<NamespaceMount[]>;
  /** mountinfo of the host's own mount namespace; rejects when that cannot be told from the container's. */
  hostMountinfo(): Promise<string>;
  /** Runs `work` while holding the host's one write lock; waits for it at most `timeoutMs`. */
  withWriteLock<T>(timeoutMs: number, work: () => Promise<T>): Promise<T>;
}
