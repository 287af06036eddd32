import { describe, expect, it } from 'vitest';
import {
  afterKey,
  arrange,
  initialState,
  type ScreenKey,
  type ScreenState,
} from '../../../../cmd/status/screen/screen-state.ts';
import { summarizeNode } from '../../../../cmd/status/summarize.ts';
import type { NodeStorage } from '../../../../cmd/status/node-storage.ts';
import { node } from '../../../builders/objects.ts';

function row(name: string, overrides: Partial<NodeStorage> = {}): NodeStorage {
  return { ...summarizeNode({ name, node: node({ metadata: { name } }), profiles: [] }), ...overrides };
}

const rows = [
  row('a', { capacity: 1 }),
  row('b', { capacity: 3 }),
  row('c', { capacity: 2, phase: 'Refused' }),
];

const press = (keys: ScreenKey[], state: ScreenState = initialState): ScreenState =>
  keys.reduce((current, key) => afterKey(current, key, arrange(rows, current)), state);

const text = (letters: string): ScreenKey[] =>
  Array.from(letters, (letter) => ({ kind: 'text' as const, text: letter }));

describe('the live screen’s state', () => {
  it('moves the cursor and stops at both ends', () => {
    expect(press([{ kind: 'move', by: 1 }]).selected).toBe('b');
    expect(press([{ kind: 'move', by: 99 }]).selected).toBe('c');
    expect(press([{ kind: 'move', by: -1 }]).selected).toBe('a');
    expect(press([{ kind: 'edge', end: 'last' }]).selected).toBe('c');
  });

  it('keeps the cursor on its node when the order changes', () => {
    const state = press([{ kind: 'move', by: 1 }, ...text('ss')]);
    expect(state).toMatchObject({ selected: 'b', sort: 'capacity' });
    expect(arrange(rows, state).map(({ metadata }) => metadata.name)).toEqual(['b', 'c', 'a']);
  });

  it('filters by name, phase and problem while letters are typed', () => {
    const state = press(text('/refu'));
    expect(state).toMatchObject({ mode: 'filter', filter: 'refu' });
    expect(arrange(rows, state).map(({ metadata }) => metadata.name)).toEqual(['c']);
    expect(press([{ kind: 'backspace' }], state).filter).toBe('ref');
    expect(press([{ kind: 'enter' }], state)).toMatchObject({ mode: 'table', filter: 'refu' });
    expect(press([{ kind: 'escape' }], state)).toMatchObject({ mode: 'table', filter: '' });
  });

  it('opens and closes the details of the node under the cursor', () => {
    const open = press([{ kind: 'enter' }]);
    expect(open).toMatchObject({ mode: 'details', selected: 'a' });
    expect(press([{ kind: 'escape' }], open).mode).toBe('table');
  });

  it('survives an empty screen', () => {
    expect(afterKey(initialState, { kind: 'enter' }, [])).toMatchObject({ mode: 'details' });
    expect(afterKey(initialState, { kind: 'move', by: 1 }, [])).toEqual(initialState);
  });
});
