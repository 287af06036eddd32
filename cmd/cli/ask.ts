import { createInterface } from 'node:readline/promises';
import { Interrupted } from '../errors/exit.ts';
import type { Terminal } from './verb.ts';

/** One line that a person types in answer to a question; rejects with the signal's reason on Ctrl-C. */
export async function ask(terminal: Terminal, question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: terminal.stdin, output: terminal.stdout });
  const closed = new AbortController();
  const interrupted = new Promise<never>((_, reject) => {
    // Readline takes Ctrl-C for itself while it reads; a terminal that hangs up closes it.
    lines.once('SIGINT', () => reject(new Interrupted('interrupted')));
    lines.once('close', () => reject(new Interrupted('interrupted')));
  });
  try {
    return await Promise.race([
      lines.question(question, { signal: AbortSignal.any([signal, closed.signal]) }),
      interrupted,
    ]);
  } finally {
    closed.abort();
    interrupted.catch(() => undefined);
    lines.close();
  }
}
