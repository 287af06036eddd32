import { evaluate } from './jsonpath/evaluate.ts';
import { parseRelaxedPath } from './jsonpath/relaxed.ts';
import { UsageError } from '../errors/usage.ts';
import { NONE, type Column } from './table.ts';

/** Columns of `-o custom-columns=NAME:.metadata.name,…`; several values of one cell are joined by commas. */
export function customColumns(spec: string): Column<unknown>[] {
  if (spec === '') {
    throw new UsageError('custom-columns format specified but no custom columns given');
  }
  return spec.split(',').map(column);
}

function column(part: string): Column<unknown> {
  const colon = part.indexOf(':');
  if (colon < 0) {
    throw new UsageError(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
  }
  const path = parseRelaxedPath(part.slice(colon + 1));
  return {
    header: part.slice(0, colon),
    value: (object) => evaluate(path, object, object).map(asCell).join(',') || NONE,
  };
}

function asCell(value: unknown): string {
  if (value === undefined || value === null) return NONE;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
