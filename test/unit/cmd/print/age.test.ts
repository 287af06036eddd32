import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { age, humanDuration } from '../../../../cmd/print/age.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('ages', () => {
  it.each([
    [-3 * SECOND, '<invalid>'],
    [-SECOND, '0s'],
    [0, '0s'],
    [119 * SECOND, '119s'],
    [2 * MINUTE, '2m'],
    [5 * MINUTE + 10 * SECOND, '5m10s'],
    [10 * MINUTE + 59 * SECOND, '10m'],
    [179 * MINUTE, '179m'],
    [3 * HOUR, '3h'],
    [7 * HOUR + 59 * MINUTE, '7h59m'],
    [8 * HOUR + 59 * MINUTE, '8h'],
    [47 * HOUR, '47h'],
    [2 * DAY, '2d'],
    [5 * DAY + 4 * HOUR, '5d4h'],
    [8 * DAY + 23 * HOUR, '8d'],
    [729 * DAY, '729d'],
    [3 * 365 * DAY + 20 * DAY, '3y20d'],
    [9 * 365 * DAY + 20 * DAY, '9y'],
  ])('writes %d ms as %s, as kubectl does', (ms, expected) => {
    expect(humanDuration(ms)).toBe(expected);
  });

  it('never has more than two units, nor a finer unit of zero', () => {
    fc.assert(
      fc.property(fc.nat({ max: 20 * 365 * DAY }), (ms) => {
        expect(humanDuration(ms)).toMatch(/^\d+[smhdy]([1-9]\d*[smhd])?$/);
      }),
    );
  });

  it('says <unknown> without a time', () => {
    expect(age(undefined, 0)).toBe('<unknown>');
    expect(age('not a time', 0)).toBe('<unknown>');
    expect(age('2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1, 0, 5, 10))).toBe('5m10s');
  });
});
