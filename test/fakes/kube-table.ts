import { PRINTER_COLUMNS, type PrinterColumn } from '../../api/crd/definitions.ts';
import { evaluate } from '../../cmd/print/jsonpath/evaluate.ts';
import { parsePath } from '../../cmd/print/jsonpath/parse-path.ts';
import type { ResourceType, Table } from '../../kube/api.ts';
import type { Stored } from './kube-store.ts';

/** What the API server prints of objects: their name, and the columns that their kind's definition asks for. */
export function tableOf({ plural }: ResourceType<unknown>, objects: readonly Stored[]): Table {
  const columns = PRINTER_COLUMNS[plural] ?? [];
  return {
    columns: ['Name', ...columns.map(({ name }) => name)],
    rows: objects.map((object) => [object.metadata.name, ...columns.map((column) => cell(column, object))]),
  };
}

/** The first value that the path leads to, as text unless the column is of numbers; null where it leads nowhere. */
function cell({ type, jsonPath }: PrinterColumn, object: Stored): unknown {
  const [value] = evaluate(parsePath(jsonPath), object, object);
  if (value === undefined) return null;
  return type === 'string' && typeof value !== 'string' ? JSON.stringify(value) : value;
}
