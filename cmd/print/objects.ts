import { customColumns } from './custom-columns.ts';
import type { OutputFormat } from './format.ts';
import { toJson } from './json.ts';
import { renderTemplate } from './jsonpath/template.ts';
import { alignRows, tableCells, type Column } from './table.ts';

/** How objects of one kind are printed. */
export interface Printable<T> {
  columns: readonly Column<T>[];
  /** `node/worker-1`. */
  name: (object: T) => string;
}

export interface PrintOptions {
  format: OutputFormat;
  headers: boolean;
  /** One object was asked for by name: it is printed bare, not in a List. */
  single: boolean;
}

/** Objects in the wanted form, ready for stdout. YAML's library is loaded only when it is needed. */
export async function printObjects<T>(
  objects: readonly T[],
  printable: Printable<T>,
  { format, headers, single }: PrintOptions,
): Promise<string> {
  switch (format.kind) {
    case 'json':
      return toJson(document(objects, single));
    case 'yaml':
      return (await import('./yaml.ts')).toYaml(document(objects, single));
    case 'name':
      return lines(objects.map((object) => printable.name(object)));
    case 'jsonpath':
      return renderTemplate(format.template, document(objects, single));
    case 'custom-columns':
      return lines(alignRows(tableCells(customColumns(format.spec), objects, { headers })));
    case 'table':
      return lines(alignRows(tableCells(printable.columns, objects, { wide: format.wide, headers })));
  }
}

/** A single object as it is, several as kubectl's `kind: List`. */
function document(objects: readonly unknown[], single: boolean): unknown {
  const [only] = objects;
  if (single && objects.length === 1) return only;
  return { apiVersion: 'v1', items: objects, kind: 'List', metadata: { resourceVersion: '' } };
}

const lines = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('');
