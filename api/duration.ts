const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A text that should have been a duration, and what was expected in its place. */
export class DurationError extends Error {
  override readonly name = 'DurationError';
}

/** Milliseconds of a Go-style duration: `5m`, `1h30m`, `90s`, `250ms`, `0`. Throws DurationError. */
export function parseDuration(text: string): number {
  if (text === '0') return 0;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) {
    throw new DurationError(`Expected a duration such as 5m, 90s or 1h30m, got \`${text}\``);
  }
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  return parts.reduce((sum, [, amount = '0', unit = 's']) => sum + Number(amount) * (UNITS[unit] ?? 0), 0);
}
