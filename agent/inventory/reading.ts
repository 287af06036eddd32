import { SnapshotError } from './snapshot-error.ts';

/** Turns a decoded JSON value into what the program expects there; throws SnapshotError naming the field. */
export type Reader<T> = (field: string, value: unknown) => T;

/** Numbers and booleans are taken as texts: other tools print some columns either way. */
export const text: Reader<string> = (field, value) => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new SnapshotError(field, 'a text', value);
};

export const scalar: Reader<string | number | boolean> = (field, value) => {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new SnapshotError(field, 'a text, a number, true or false', value);
};

export const flag: Reader<boolean> = (field, value) => {
  if (typeof value !== 'boolean') throw new SnapshotError(field, 'true or false', value);
  return value;
};

export const record: Reader<Record<string, unknown>> = (field, value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new SnapshotError(field, 'an object', value);
  }
  return Object.fromEntries(Object.entries(value));
};

/** Null items are kept out by `orNull` where they mean something. */
export const listOf =
  <T>(item: Reader<T>): Reader<T[]> =>
  (field, value) => {
    if (!Array.isArray(value)) throw new SnapshotError(field, 'a list', value);
    return value.map((entry: unknown, index) => item(`${field}[${index}]`, entry));
  };

/**
 * Entries whose value is null count as absent. The result has no prototype, so that a device named `constructor` finds
 * nothing by accident.
 */
export const mapOf =
  <T>(item: Reader<T>): Reader<Record<string, T>> =>
  (field, value) => {
    const map = Object.create(null) as Record<string, T>;
    for (const [key, entry] of Object.entries(record(field, value))) {
      if (entry !== null && entry !== undefined) map[key] = item(`${field}.${key}`, entry);
    }
    return map;
  };

export const orNull =
  <T>(item: Reader<T>): Reader<T | null> =>
  (field, value) =>
    value === null || value === undefined ? null : item(field, value);
