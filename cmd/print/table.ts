/** What kubectl prints for a value that is not there. */
export const NONE = '<none>';

/** Text without blanks around it; what a drive says of itself is often padded. */
export function orNone(text: string | undefined): string {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? NONE : trimmed;
}

/** One column of a table over rows of type `T`. */
export interface Column<T> {
  header: string;
  /** Only printed by `-o wide`. */
  wide?: boolean;
  value: (row: T) => string;
}

/** kubectl's tabwriter: cells at least this wide, the gap included. */
const MIN_WIDTH = 6;
const GAP = 3;

/** Code points, as Go's tabwriter counts them. */
const width = (text: string): number => Array.from(text).length;

/** Pads all cells but a row's last, so that no line ends in blanks that kubectl would not print. */
export function alignRows(rows: readonly (readonly string[])[], widths = columnWidths(rows)): string[] {
  return rows.map((row) =>
    row.map((text, index) => (index === row.length - 1 ? text : pad(text, widths[index] ?? 0))).join(''),
  );
}

/** Width of each column, the gap to the next one included; at least those of an earlier part of the same table. */
export function columnWidths(
  rows: readonly (readonly string[])[],
  earlier: readonly number[] = [],
): number[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: count }, (_, index) => {
    const start = Math.max(MIN_WIDTH, earlier[index] ?? 0);
    return rows.reduce((widest, row) => Math.max(widest, width(row[index] ?? '') + GAP), start);
  });
}

const pad = (cell: string, to: number): string => cell + ' '.repeat(Math.max(0, to - width(cell)));

/** One line of text for a cell: cut at a line break, and no byte that a terminal would obey, as kubectl does it. */
export function cell(value: string): string {
  const [first = ''] = value.split(/[\f\n\r]/, 1);
  const oneLine = first.length < value.length ? `${first}...` : first;
  return oneLine.replaceAll('\u001b', '^[');
}

/** Cells of a table, the header row first. */
export function tableCells<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  options: { wide?: boolean; headers?: boolean } = {},
): string[][] {
  const shown = columns.filter((column) => options.wide === true || column.wide !== true);
  const body = rows.map((row) => shown.map((column) => cell(column.value(row))));
  return options.headers === false ? body : [shown.map((column) => column.header), ...body];
}
