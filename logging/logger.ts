import type { Clock } from '../kube/clock.ts';

export type LogFields = Readonly<Record<string, unknown>>;

/** Writes one JSON object a line; `with` gives a logger that adds fields to every line. */
export interface Logger {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  with(fields: LogFields): Logger;
}

/** A logger whose lines go to `write`, time stamps from the clock. */
export function createLogger(
  write: (line: string) => void,
  clock: Pick<Clock, 'now'>,
  bound: LogFields = {},
): Logger {
  const log = (level: string, message: string, fields: LogFields = {}): void => {
    const time = new Date(clock.now()).toISOString();
    write(`${JSON.stringify({ time, level, message, ...bound, ...printable(fields) })}\n`);
  };
  return {
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
    with: (fields) => createLogger(write, clock, { ...bound, ...fields }),
  };
}

/** Errors have no own enumerable text, and JSON would show them as `{}`. */
function printable(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? value.message : value]),
  );
}
