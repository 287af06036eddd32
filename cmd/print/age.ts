const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

interface Band {
  /** Durations below this are written with these units. */
  below: number;
  unit: number;
  suffix: string;
  /** The second, finer unit, left out when it is zero. */
  finer?: { unit: number; suffix: string };
}

/** The bands in which kubectl changes units (duration.HumanDuration in apimachinery). */
const BANDS: readonly Band[] = [
  { below: 2 * MINUTE, unit: SECOND, suffix: 's' },
  { below: 10 * MINUTE, unit: MINUTE, suffix: 'm', finer: { unit: SECOND, suffix: 's' } },
  { below: 3 * HOUR, unit: MINUTE, suffix: 'm' },
  { below: 8 * HOUR, unit: HOUR, suffix: 'h', finer: { unit: MINUTE, suffix: 'm' } },
  { below: 2 * DAY, unit: HOUR, suffix: 'h' },
  { below: 8 * DAY, unit: DAY, suffix: 'd', finer: { unit: HOUR, suffix: 'h' } },
  { below: 2 * YEAR, unit: DAY, suffix: 'd' },
  { below: 8 * YEAR, unit: YEAR, suffix: 'y', finer: { unit: DAY, suffix: 'd' } },
  { below: Infinity, unit: YEAR, suffix: 'y' },
];

/** Milliseconds as kubectl writes ages: `45s`, `5m10s`, `26h`, `5d4h`; more than 2 s in the future is `<invalid>`. */
export function humanDuration(ms: number): string {
  if (ms <= -2 * SECOND) return '<invalid>';
  const positive = Math.max(0, ms);
  const band = BANDS.find(({ below }) => positive < below);
  if (band === undefined) return '<invalid>';
  const whole = `${Math.floor(positive / band.unit)}${band.suffix}`;
  if (band.finer === undefined) return whole;
  const rest = Math.floor((positive % band.unit) / band.finer.unit);
  return rest === 0 ? whole : `${whole}${rest}${band.finer.suffix}`;
}

/** How long ago an RFC 3339 time was; `<unknown>` when there is none, as in kubectl's AGE column. */
export function age(timestamp: string | undefined, now: number): string {
  const then = timestamp === undefined ? Number.NaN : Date.parse(timestamp);
  return Number.isNaN(then) ? '<unknown>' : humanDuration(now - then);
}
