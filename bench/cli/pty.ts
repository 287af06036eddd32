import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';

/** USER_HZ of every Linux that Node runs on. */
const TICK_MS = 10;

/** A program in a pseudo-terminal of 45 lines and 160 columns, made by util-linux's `script`. */
export class PtyProgram {
  readonly #child: ChildProcess;
  readonly #output = new EventEmitter();

  constructor(command: string, env: NodeJS.ProcessEnv) {
    const inside = `stty rows 45 cols 160; exec ${command}`;
    this.#child = spawn('script', ['-qfec', inside, '/dev/null'], {
      env: { ...env, TERM: 'xterm-256color' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#output.emit('text', text));
  }

  /** Types keys, when there are any, and gives the milliseconds until the program has written the text. */
  async answered(keys: string, text: string, timeoutMs: number): Promise<number> {
    const stop = AbortSignal.timeout(timeoutMs);
    const started = performance.now();
    let seen = '';
    const found = Promise.withResolvers<number>();
    const look = (more: string): void => {
      seen += more;
      if (seen.includes(text)) found.resolve(performance.now() - started);
    };
    stop.addEventListener('abort', () => found.reject(new Error(`waited ${timeoutMs} ms for ${text}`)));
    this.#output.on('text', look);
    if (keys !== '') this.#child.stdin?.write(keys);
    return found.promise.finally(() => this.#output.off('text', look));
  }

  /** CPU time of the program so far, without the terminal's. */
  cpuMs(): number {
    const stat = readFileSync(`/proc/${this.#program()}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  }

  /** `VmHWM`. */
  peakBytes(): number {
    const status = readFileSync(`/proc/${this.#program()}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.stdin?.write('q');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
    await ended.finally(() => clearTimeout(late));
  }

  /** The only child of `script`: every link of the way to it is an exec. */
  #program(): string {
    const pid = String(this.#child.pid);
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  }
}
