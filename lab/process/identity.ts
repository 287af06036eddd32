import { readdirSync, readFileSync } from 'node:fs';

/** One process of this machine, told from a later one with the same pid by when it started. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks after boot, field 22 of `/proc/PID/stat`. */
  startTime: number;
  /** `/proc/sys/kernel/random/boot_id`: start times of two boots say nothing about each other. */
  bootID: string;
}

/**
 * What `/proc` says of a pid now; undefined when it is gone, or is a zombie, which runs and holds nothing any more. A killed
 * QEMU's first thread is a zombie for a moment while others still hold its disks' locks: that is not gone.
 */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  const stat = readOrUndefined(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name in field 2 may hold blanks and brackets; what follows its last bracket does not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'X' || (fields[0] === 'Z' && threadCount(pid) <= 1)) return undefined;
  return { pid, startTime: Number(fields[19]), bootID: hostBootID() };
}

/** True while this very process runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  const now = processIdentity(identity.pid);
  return now?.startTime === identity.startTime && now.bootID === identity.bootID;
}

/** Memory that the process holds now, in bytes (`VmRSS`); 0 when it is gone. */
export function residentBytes(identity: ProcessIdentity): number {
  if (!isRunning(identity)) return 0;
  const status = readOrUndefined(`/proc/${identity.pid}/status`) ?? '';
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}

function threadCount(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    // Gone since the look at its state.
    return 0;
  }
}

function hostBootID(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function readOrUndefined(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process ended between two looks; that is an answer, not a failure.
    return undefined;
  }
}
