const FACTORS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
};

/** A text that should have been a quantity, and what was expected in its place. */
export class QuantityError extends Error {
  override readonly name = 'QuantityError';
}

/**
 * Bytes of a Kubernetes quantity such as `1Gi`, `375G` or `1.5Ti`; rounded up to a whole byte as the API server does.
 * Exponent notation and milli-units make no sense for bytes of a drive and are refused. Throws QuantityError.
 */
export function parseBytes(quantity: string): number {
  const match = /^(\d+(?:\.\d+)?)([kMGTP]|[KMGTP]i)?$/.exec(quantity);
  const factor = FACTORS[match?.[2] ?? ''];
  if (!match?.[1] || factor === undefined) {
    throw new QuantityError(`Expected a size in bytes such as 1Gi or 375G, got \`${quantity}\``);
  }
  return Math.ceil(Number(match[1]) * factor);
}

/** The same, undefined for what is no such size. */
export function bytesOf(quantity: string | undefined): number | undefined {
  try {
    return quantity === undefined ? undefined : parseBytes(quantity);
  } catch {
    return undefined;
  }
}

/** Bytes for a person, with binary units and at most one decimal: `1.8 TiB`, `200 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number(value.toFixed(1))} ${units[unit] ?? ''}`;
}
