import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { once } from 'node:events';

/** What one run of a program took. */
export interface Run {
  wallMs: number;
  /** User and system time of the program and of what it started, in steps of 10 ms. */
  cpuMs: number;
  /** The most that it held at once, looked at every few milliseconds; 0 of a run shorter than that. */
  peakBytes: number;
}

export interface Command {
  file: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
}

const LOOK_MS = 5;
/** USER_HZ of every Linux that Node runs on. */
const TICK_MS = 10;

/** Runs a program to its end with its output thrown away; throws when it fails. One at a time, else times mix. */
export async function measuredRun({ file, args, env }: Command): Promise<Run> {
  const cpuBefore = reapedChildrenMs();
  const started = performance.now();
  const child = spawn(file, args, { env, stdio: ['ignore', 'ignore', 'inherit'], timeout: 60_000 });
  let peakBytes = 0;
  const look = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(child.pid));
  }, LOOK_MS);
  const [code] = (await once(child, 'exit').finally(() => clearInterval(look))) as [number | null];
  const wallMs = performance.now() - started;
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}`);
  return { wallMs, cpuMs: reapedChildrenMs() - cpuBefore, peakBytes };
}

/** CPU time of all children that have ended and been waited for: fields 16 and 17 of `/proc/self/stat`. */
function reapedChildrenMs(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK_MS;
}

/** `VmHWM`, which never falls: a look shortly before the end is as good as one at the end. */
function peakOf(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid ?? 0}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    // It ended between two looks.
    return 0;
  }
}
