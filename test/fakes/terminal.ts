import { EventEmitter } from 'node:events';
import type { Terminal } from '../../cmd/cli/verb.ts';
import { VTScreen } from './vt-screen.ts';

/** A terminal of a fixed size that keeps what it showed after every write, and a keyboard for it. */
export class FakeTerminal {
  readonly frames: string[] = [];
  readonly #screen = new VTScreen();
  readonly #drawn = new EventEmitter();
  readonly #stdin = new FakeStdin();
  readonly #size: { columns: number; rows: number };

  constructor(size: { columns: number; rows: number } = { columns: 100, rows: 12 }) {
    this.#size = size;
  }

  /** Both ends as the program gets them. Ink uses a small part of the real streams. */
  get ends(): Terminal {
    const stdout = Object.assign(new EventEmitter(), this.#size, {
      isTTY: true,
      write: (text: string, done?: () => void) => {
        this.#draw(text);
        done?.();
        return true;
      },
    });
    return {
      stdin: this.#stdin as unknown as NodeJS.ReadStream,
      stdout: stdout as unknown as NodeJS.WriteStream,
      color: false,
    };
  }

  /** Resolves with the next or newest frame that contains the text; ink draws by the real time. */
  frameWith(text: string): Promise<string> {
    const newest = this.frames.at(-1);
    if (newest?.includes(text)) return Promise.resolve(newest);
    return new Promise((resolve) =>
      this.#drawn.on('frame', (frame: string) => frame.includes(text) && resolve(frame)),
    );
  }

  #draw(text: string): void {
    this.#screen.write(text);
    const frame = this.#screen.lines.join('\n');
    if (frame === this.frames.at(-1)) return;
    this.frames.push(frame);
    this.#drawn.emit('frame', frame);
  }

  /** Types to whoever reads the terminal by its stream, as readline does. */
  answer(text: string): void {
    this.#stdin.emit('data', text);
  }

  press(keys: string): void {
    this.#stdin.type(keys);
  }

  /** The lines that are on the screen, without blanks at their ends. */
  get lines(): string[] {
    return (this.frames.at(-1) ?? '').split('\n');
  }
}

class FakeStdin extends EventEmitter {
  readonly isTTY = true;
  #pending: string | null = null;

  type(keys: string): void {
    this.#pending = keys;
    this.emit('readable');
  }

  read(): string | null {
    const keys = this.#pending;
    this.#pending = null;
    return keys;
  }

  pause(): void {}
  resume(): void {}
  setEncoding(): void {}
  setRawMode(): void {}
  ref(): void {}
  unref(): void {}
}
