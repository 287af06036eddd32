import type { KubeList, KubeObject, Table } from './api.ts';

/** What kubectl asks for when it prints a table. */
export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

/** A meta.k8s.io/v1 Table. */
export interface TableAnswer {
  kind: 'Table';
  metadata?: { continue?: string };
  columnDefinitions?: { name: string }[] | null;
  rows?: { cells: unknown[] }[] | null;
}

/** What the server answered as a table; of the objects' names alone where it, or a proxy, does not make any. */
export function tableFrom(pages: readonly (TableAnswer | KubeList<KubeObject>)[]): Table {
  const tables = pages.map((page) => ('items' in page ? namesOf(page) : cellsOf(page)));
  return { columns: tables[0]?.columns ?? [], rows: tables.flatMap(({ rows }) => rows) };
}

const namesOf = ({ items }: KubeList<KubeObject>): Table => ({
  columns: ['Name'],
  rows: items.map(({ metadata }) => [metadata?.name]),
});

const cellsOf = ({ columnDefinitions, rows }: TableAnswer): Table => ({
  columns: (columnDefinitions ?? []).map(({ name }) => name),
  rows: (rows ?? []).map(({ cells }) => cells),
});
