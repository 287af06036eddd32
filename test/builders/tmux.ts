import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether the machine has tmux, for tests that say so when they are left out. */
export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

const PATIENCE_MS = 20_000;

/** A shell with job control in a real pseudo-terminal, made by a tmux server of its own. */
export class TmuxShell {
  readonly #socket = `kubectl-nvme-${randomUUID()}`;
  readonly #path: string | undefined;

  constructor(env: Readonly<Record<string, string>>, size: { columns: number; rows: number }) {
    const { columns, rows } = size;
    this.#path = env.PATH;
    // Without a history, which the shell would write when it ends, maybe while its home is being removed.
    const settings = Object.entries({ ...env, PS1: 'ready> ', HISTFILE: '' }).flatMap(([name, value]) => [
      '-e',
      `${name}=${value}`,
    ]);
    const shell = ['bash', '--noprofile', '--norc', '-i'];
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      String(columns),
      '-y',
      String(rows),
      ...settings,
      ...shell,
    );
  }

  /** Types a line and Enter. */
  run(line: string): void {
    this.#tmux('send-keys', '-l', line);
    this.press('Enter');
  }

  /** Presses keys by tmux's names: `C-c`, `Down`, `q`. */
  press(...keys: string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  resize({ columns, rows }: { columns: number; rows: number }): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** What a person sees, without empty lines at the end. */
  get screen(): string {
    return this.#tmux('capture-pane', '-p').trimEnd();
  }

  /** The same with the escape sequences of colours and weights. */
  get styledScreen(): string {
    return this.#tmux('capture-pane', '-e', '-p').trimEnd();
  }

  /** Resolves with the screen once it shows the text; rejects with the screen when it never does. */
  async shows(text: string | RegExp): Promise<string> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const { screen } = this;
      if (typeof text === 'string' ? screen.includes(text) : text.test(screen)) return screen;
      if (Date.now() > end) throw new Error(`waited for ${String(text)}, the terminal shows:\n${screen}`);
      await delay(50);
    }
  }

  end(): void {
    this.#tmux('kill-server');
  }

  #tmux(...args: string[]): string {
    // The server's environment is that of its first client, and the PATH also of the shell: nothing of the test's own may
    // change what is drawn.
    const env = { PATH: this.#path, HOME: process.env.HOME, LANG: 'C.UTF-8', TERM: 'xterm-256color' };
    return execFileSync('tmux', ['-L', this.#socket, ...args], { encoding: 'utf8', env });
  }
}
