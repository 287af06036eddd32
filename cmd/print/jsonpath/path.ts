/** One step of a path in kubectl's dialect of JSONPath. */
export type PathStep =
  | { kind: 'field'; name: string }
  | { kind: 'index'; index: number }
  | { kind: 'slice'; start: number | undefined; end: number | undefined; step: number }
  | { kind: 'wildcard' }
  | { kind: 'descend' }
  | { kind: 'union'; branches: PathStep[][] }
  | { kind: 'filter'; left: Operand; operator: FilterOperator; right: Operand }
  | { kind: 'filter'; left: Operand; operator: 'exists' };

export type FilterOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';

/** A side of a filter: a path from the element (`@`), or a literal. */
export type Operand = { kind: 'path'; path: Path } | { kind: 'literal'; value: string | number | boolean };

/** A path; `fromRoot` starts at the whole object (`$`) also inside a range or a filter. */
export interface Path {
  fromRoot: boolean;
  steps: PathStep[];
}

/** A JSONPath that cannot be read, or that does not fit the data. */
export class JSONPathError extends Error {
  override readonly name = 'JSONPathError';
}
