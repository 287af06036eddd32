import { describe, expect, it } from 'vitest';
import { parseSize } from '../../../../lab/node/size.ts';

describe('the size of a drive', () => {
  it.each([
    ['512M', 512 * 2 ** 20],
    ['2G', 2 * 2 ** 30],
    ['1Gi', 2 ** 30],
    ['1T', 2 ** 40],
  ])('reads %s', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', '2', '-1G', '1.5G', '8M', '2GB'])('refuses `%s` and says what it takes', (text) => {
    expect(() => parseSize(text)).toThrow(/is no size of a drive: use a number with M, G or T/);
  });
});
