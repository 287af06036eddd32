import type { PrintRequest } from '../cli/print-flags.ts';
import { customColumns } from '../print/custom-columns.ts';
import { printObjects, type Printable } from '../print/objects.ts';
import { alignRows, columnWidths, tableCells, type Column } from '../print/table.ts';
import type { NodeStorage } from './node-storage.ts';

/** What `kubectl get -w` prints: everything once, then each object again whenever it changes. */
export class WatchLines {
  readonly #printable: Printable<NodeStorage>;
  readonly #print: PrintRequest;
  #seen = new Map<string, string>();
  #widths: number[] = [];
  #headersDue: boolean;

  constructor(printable: Printable<NodeStorage>, print: PrintRequest) {
    this.#printable = printable;
    this.#print = print;
    this.#headersDue = print.headers;
  }

  /** The text for what changed since the last call; empty when nothing did. */
  async update(rows: readonly NodeStorage[]): Promise<string> {
    const changed = rows.filter((row) => this.#seen.get(row.metadata.name) !== stateOf(row));
    this.#seen = new Map(rows.map((row) => [row.metadata.name, stateOf(row)]));
    if (changed.length === 0) return '';
    const { format } = this.#print;
    if (format.kind === 'table') return this.#table(changed, format.wide);
    if (format.kind === 'custom-columns') {
      return this.#aligned(this.#withHeaders(customColumns(format.spec), changed, false));
    }
    return (await Promise.all(changed.map((row) => this.#document(row)))).join('');
  }

  #table(rows: readonly NodeStorage[], wide: boolean): string {
    return this.#aligned(this.#withHeaders(this.#printable.columns, rows, wide));
  }

  #withHeaders(
    columns: readonly Column<NodeStorage>[],
    rows: readonly NodeStorage[],
    wide: boolean,
  ): string[][] {
    const headers = this.#headersDue;
    this.#headersDue = false;
    return tableCells(columns, rows, { wide, headers });
  }

  /** Later lines stand under the first ones: columns never get narrower. */
  #aligned(cells: string[][]): string {
    this.#widths = columnWidths(cells, this.#widths);
    return alignRows(cells, this.#widths)
      .map((line) => `${line}\n`)
      .join('');
  }

  /** Like kubectl, a watch prints bare objects, one document each. */
  async #document(row: NodeStorage): Promise<string> {
    const { format } = this.#print;
    const text = await printObjects([row], this.#printable, { format, headers: false, single: true });
    return format.kind === 'yaml' ? `---\n${text}` : text;
  }
}

const stateOf = (row: NodeStorage): string => JSON.stringify(row);
