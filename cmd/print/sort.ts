import { evaluate } from './jsonpath/evaluate.ts';
import { parseRelaxedPath } from './jsonpath/relaxed.ts';

/** A copy in the order of one field (`--sort-by=.drives.ready`); objects without it come first, as in kubectl. */
export function sortByPath<T>(objects: readonly T[], expression: string): T[] {
  const path = parseRelaxedPath(expression);
  const keyed = objects.map((object) => ({ object, key: evaluate(path, object, object)[0] }));
  return keyed.sort((a, b) => compareValues(a.key, b.key)).map(({ object }) => object);
}

const NATURAL = new Intl.Collator('en', { numeric: true });

function compareValues(a: unknown, b: unknown): number {
  if (a === undefined || a === null || b === undefined || b === null) {
    return Number(a !== undefined && a !== null) - Number(b !== undefined && b !== null);
  }
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return NATURAL.compare(asKey(a), asKey(b));
}

const asKey = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
