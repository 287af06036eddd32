import type { NodeStorage } from '../node-storage.ts';

/** Orders of the screen, in the order of the `s` key. */
export const SORT_ORDERS = ['name', 'problem', 'capacity', 'age'] as const;
export type SortOrder = (typeof SORT_ORDERS)[number];

/** What the person at the screen chose. */
export interface ScreenState {
  /** Name of the node under the cursor: rows come and go around it. */
  selected?: string;
  sort: SortOrder;
  filter: string;
  mode: 'table' | 'filter' | 'details';
  /** Lines of the details that are scrolled away at the top. */
  offset: number;
}

/** A key, without the terminal's encoding. */
export type ScreenKey =
  | { kind: 'move'; by: number }
  | { kind: 'edge'; end: 'first' | 'last' }
  | { kind: 'enter' | 'escape' | 'backspace' }
  | { kind: 'text'; text: string };

export const initialState: ScreenState = { sort: 'name', filter: '', mode: 'table', offset: 0 };

/** The state after a key; `rows` are those on the screen, in their order. */
export function afterKey(state: ScreenState, key: ScreenKey, rows: readonly NodeStorage[]): ScreenState {
  if (state.mode === 'filter') return whileFiltering(state, key);
  const scrolled = state.mode === 'details' ? scroll(state, key) : undefined;
  if (scrolled) return scrolled;
  switch (key.kind) {
    case 'move':
      return select(state, rows, indexOf(state, rows) + key.by);
    case 'edge':
      return select(state, rows, key.end === 'first' ? 0 : rows.length - 1);
    case 'enter':
      return {
        ...select(state, rows, indexOf(state, rows)),
        mode: state.mode === 'details' ? 'table' : 'details',
        offset: 0,
      };
    case 'escape':
      return state.mode === 'details' ? { ...state, mode: 'table' } : { ...state, filter: '' };
    case 'text':
      return command(state, key.text);
    case 'backspace':
      return state;
  }
}

/** In the details the cursor's keys scroll; the screen knows where their end is. */
function scroll(state: ScreenState, key: ScreenKey): ScreenState | undefined {
  if (key.kind === 'move') return { ...state, offset: Math.max(0, state.offset + key.by) };
  return key.kind === 'edge' ? { ...state, offset: key.end === 'first' ? 0 : Infinity } : undefined;
}

function whileFiltering(state: ScreenState, key: ScreenKey): ScreenState {
  switch (key.kind) {
    case 'text':
      return { ...state, filter: state.filter + key.text };
    case 'backspace':
      return { ...state, filter: state.filter.slice(0, -1) };
    case 'escape':
      return { ...state, filter: '', mode: 'table' };
    default:
      return { ...state, mode: 'table' };
  }
}

function command(state: ScreenState, text: string): ScreenState {
  if (text === '/') return { ...state, mode: 'filter' };
  if (text !== 's') return state;
  const next = (SORT_ORDERS.indexOf(state.sort) + 1) % SORT_ORDERS.length;
  return { ...state, sort: SORT_ORDERS[next] ?? 'name' };
}

/** Where the cursor is; at the top when its node is gone. */
export function indexOf({ selected }: ScreenState, rows: readonly NodeStorage[]): number {
  return Math.max(
    0,
    rows.findIndex((row) => row.metadata.name === selected),
  );
}

function select(state: ScreenState, rows: readonly NodeStorage[], index: number): ScreenState {
  const row = rows[Math.min(Math.max(0, index), rows.length - 1)];
  return row ? { ...state, selected: row.metadata.name } : state;
}

/** The rows that pass the filter (name, phase or problem), in the chosen order; equal ones stay by name. */
export function arrange(rows: readonly NodeStorage[], { filter, sort }: ScreenState): NodeStorage[] {
  const wanted = filter.toLowerCase();
  const passing = rows.filter((row) => textOf(row).includes(wanted));
  return sort === 'name' ? passing : passing.sort(ORDERS[sort]);
}

const textOf = ({ metadata, phase, problem }: NodeStorage): string =>
  `${metadata.name} ${phase} ${problem?.message ?? ''}`.toLowerCase();

const ORDERS: Record<Exclude<SortOrder, 'name'>, (a: NodeStorage, b: NodeStorage) => number> = {
  problem: (a, b) => Number(b.problem !== undefined) - Number(a.problem !== undefined),
  capacity: (a, b) => b.capacity - a.capacity,
  age: (a, b) => bornAt(b) - bornAt(a),
};

const bornAt = ({ metadata }: NodeStorage): number => Date.parse(metadata.creationTimestamp ?? '') || 0;
