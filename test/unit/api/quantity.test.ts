import { describe, expect, it } from 'vitest';
import { formatBytes, parseBytes, QuantityError } from '../../../api/quantity.ts';

describe('parseBytes', () => {
  it.each([
    ['1Gi', 2 ** 30],
    ['375G', 375e9],
    ['512Ki', 524_288],
    ['1.5Ti', 1.5 * 2 ** 40],
    ['0', 0],
    ['0.1Ki', 103],
  ])('reads %s', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });

  it.each(['', 'Gi', '1gi', '-1Gi', '1e3', '1 Gi', '100m', '1GiB'])('refuses %j and names it', (text) => {
    expect(() => parseBytes(text)).toThrow(QuantityError);
    expect(() => parseBytes(text)).toThrow(`\`${text}\``);
  });
});

describe('formatBytes', () => {
  it.each([
    [200 * 2 ** 20, '200 MiB'],
    [1.75 * 2 ** 40, '1.8 TiB'],
    [0, '0 B'],
  ])('writes %d as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
