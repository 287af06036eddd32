import { alignRows, cell, NONE } from './table.ts';

/** `Label:   value` lines. */
export const facts = (rows: readonly (readonly [string, string])[]): string[] =>
  alignRows(rows.map(([label, value]) => [`${label}:`, cell(value)]));

/** A titled table, indented as `kubectl describe` does it; one line when there is nothing in it. */
export function section(
  title: string,
  headers: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  if (rows.length === 0) return [`${title}:   ${NONE}`];
  const cells = rows.map((row) => row.map(cell));
  return [`${title}:`, ...alignRows([headers, ...cells]).map((line) => `  ${line}`)];
}
