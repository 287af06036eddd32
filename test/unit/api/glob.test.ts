import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { globMatches } from '../../../api/glob.ts';

/** What a glob means, as the regular expression that it used to be. */
function expected(pattern: string, text: string): boolean {
  const source = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's').test(text);
}

describe('globMatches', () => {
  it.each([
    ['/dev/nvme*n1', '/dev/nvme12n1', true],
    ['/dev/nvme?n1', '/dev/nvme12n1', false],
    ['*SSD*', 'Amazon SSD', true],
    ['', '', true],
    ['', 'a', false],
    ['**', '', true],
    ['a.c', 'abc', false],
    ['*a*b', 'xaxbxb', true],
  ])('takes `%s` for "%s": %s', (pattern, text, matches) => {
    expect(globMatches(pattern, text)).toBe(matches);
  });

  it('means what a regular expression would', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 8 });
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', '.', '\n'), maxLength: 8 });
    fc.assert(
      fc.property(letters, texts, (pattern, text) => {
        expect(globMatches(pattern, text)).toBe(expected(pattern, text));
      }),
    );
  });

  it('does not backtrack: a regular expression would take years', () => {
    expect(globMatches(`${'*a'.repeat(120)}*b`, 'a'.repeat(256))).toBe(false);
  });
});
