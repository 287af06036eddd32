import type { KubeList, KubeObject, Table } from './api.ts';

/** What kubectl asks for when it prints a table. */
export const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

/** A meta.k8s.io/v1 Table. */
export interface TableAnswer {
  kind: 'Table';
  columnDefinitions?: { name: string }[] | null;
  rows?: { cells: unknown[] }[] | null;
}

/** What the server answered as a table; of the objects' names alone where it, or a proxy, does not make any. */
export function tableFrom(answer: TableAnswer | KubeList<KubeObject>): Table {
  if ('items' in answer) {
    return { columns: ['Name'], rows: answer.items.map(({ metadata }) => [metadata?.name]) };
  }
  return {
    columns: (answer.columnDefinitions ?? []).map(({ name }) => name),
    rows: (answer.rows ?? []).map(({ cells }) => cells),
  };
}
