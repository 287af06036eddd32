import { TransportError } from './errors.ts';
import type { WatchEvent } from './api.ts';

/**
 * Decodes the newline-separated JSON of a watch. Chunks may end anywhere, inside a character too; a stream that ends
 * inside a line is broken, because the event in it is lost.
 */
export async function* watchEvents<T>(
  chunks: AsyncIterable<Buffer>,
  request: string,
): AsyncGenerator<WatchEvent<T>> {
  const decoder = new TextDecoder();
  let pending: string[] = [];
  for await (const chunk of chunks) {
    const lines = decoder.decode(chunk, { stream: true }).split('\n');
    const last = lines.pop() ?? '';
    for (const [index, line] of lines.entries()) {
      const whole = index === 0 ? [...pending, line].join('') : line;
      if (whole.trim() !== '') yield parseEvent<T>(whole, request);
    }
    pending = lines.length > 0 ? [last] : [...pending, last];
  }
  const rest = pending.join('');
  if (rest.trim() !== '') yield parseEvent<T>(rest, request);
}

function parseEvent<T>(line: string, request: string): WatchEvent<T> {
  try {
    return JSON.parse(line) as WatchEvent<T>;
  } catch (cause) {
    throw new TransportError(`${request}: the watch broke off inside an event`, request, { cause });
  }
}
