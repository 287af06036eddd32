import type { Key } from 'ink';
import type { ScreenKey } from './screen-state.ts';

export interface KeyContext {
  /** Rows that a page key moves by. */
  page: number;
  /** Letters are text, not commands. */
  typing: boolean;
}

/** A key press as the screen understands it; letters of vi and less move beside the arrows. */
export function screenKey(input: string, key: Key, context: KeyContext): ScreenKey | undefined {
  const special = specialKey(input, key, context.page);
  if (special) return special;
  if (input === '' || key.ctrl || key.meta) return undefined;
  const movement = context.typing ? undefined : movementLetter(input, context.page);
  return movement ?? { kind: 'text', text: input };
}

function specialKey(input: string, key: Key, page: number): ScreenKey | undefined {
  const keys: [boolean, ScreenKey][] = [
    [key.upArrow, { kind: 'move', by: -1 }],
    [key.downArrow, { kind: 'move', by: 1 }],
    [key.pageUp, { kind: 'move', by: -page }],
    [key.pageDown, { kind: 'move', by: page }],
    [key.home, { kind: 'edge', end: 'first' }],
    [key.end, { kind: 'edge', end: 'last' }],
    [key.return || input === '\r', { kind: 'enter' }],
    [key.escape, { kind: 'escape' }],
    // Terminals send DEL for the backspace key.
    [key.backspace || key.delete, { kind: 'backspace' }],
  ];
  return keys.find(([pressed]) => pressed)?.[1];
}

function movementLetter(letter: string, page: number): ScreenKey | undefined {
  const letters: Partial<Record<string, ScreenKey>> = {
    k: { kind: 'move', by: -1 },
    j: { kind: 'move', by: 1 },
    ' ': { kind: 'move', by: page },
    b: { kind: 'move', by: -page },
    g: { kind: 'edge', end: 'first' },
    G: { kind: 'edge', end: 'last' },
  };
  return letters[letter];
}
