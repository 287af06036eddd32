import { describe, expect, it } from 'vitest';
import { shellQuoted } from '../../../../lab/cli/env.ts';
import { ageOf } from '../../../../lab/cli/status.ts';
import { table } from '../../../../lab/cli/table.ts';

describe('what the lab prints', () => {
  it('is a table with columns three blanks apart and no trailing blanks', () => {
    expect(
      table(
        ['LAB', 'NODE'],
        [
          ['a', 'node-1'],
          ['longer', ''],
        ],
      ),
    ).toBe('LAB      NODE\na        node-1\nlonger\n');
  });

  it('is one word for a shell, whatever is in it', () => {
    expect(shellQuoted("it's $HOME")).toBe(String.raw`'it'\''s $HOME'`);
  });

  it.each([
    [5_000, '5s'],
    [119_000, '119s'],
    [7 * 60_000, '7m'],
    [5 * 3_600_000, '5h'],
    [3 * 86_400_000, '3d'],
  ])('is an age as kubectl has it: %i ms are %s', (ms, text) => {
    expect(ageOf('1970-01-01T00:00:00Z', ms)).toBe(text);
  });
});
