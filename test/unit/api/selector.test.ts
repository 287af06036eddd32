import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelSelector } from '../../../api/meta.ts';
import { selectorMatches, selectorsOverlap } from '../../../api/selector.ts';

const keys = ['disk', 'zone'] as const;
const values = ['a', 'b', 'c'] as const;
const labelsOf = fc.dictionary(fc.constantFrom(...keys), fc.constantFrom(...values));
const requirement = fc.oneof(
  fc.record({
    key: fc.constantFrom(...keys),
    operator: fc.constantFrom('In' as const, 'NotIn' as const),
    values: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }),
  }),
  fc.record({
    key: fc.constantFrom(...keys),
    operator: fc.constantFrom('Exists' as const, 'DoesNotExist' as const),
  }),
);
const selector: fc.Arbitrary<LabelSelector> = fc.record({
  matchLabels: labelsOf,
  matchExpressions: fc.array(requirement, { maxLength: 3 }),
});

describe('selectorsOverlap', () => {
  it.each<[string, LabelSelector, LabelSelector, boolean]>([
    ['two values of one key', { matchLabels: { disk: 'a' } }, { matchLabels: { disk: 'b' } }, false],
    ['two keys', { matchLabels: { disk: 'a' } }, { matchLabels: { zone: 'b' } }, true],
    ['an empty one', {}, { matchLabels: { zone: 'b' } }, true],
    [
      'there and not there',
      { matchExpressions: [{ key: 'disk', operator: 'Exists' }] },
      { matchExpressions: [{ key: 'disk', operator: 'DoesNotExist' }] },
      false,
    ],
  ])('knows of %s', (_, a, b, overlap) => {
    expect([selectorsOverlap(a, b), selectorsOverlap(b, a)]).toEqual([overlap, overlap]);
  });

  it('never calls two selectors disjoint that one node satisfies', () => {
    fc.assert(
      fc.property(selector, selector, labelsOf, (a, b, labels) => {
        if (selectorMatches(a, labels) && selectorMatches(b, labels)) {
          expect(selectorsOverlap(a, b)).toBe(true);
        }
      }),
    );
  });

  it('calls two selectors overlapping only if some labels satisfy both', () => {
    const choices = [undefined, ...values, 'other'];
    const everything = choices.flatMap((disk) =>
      choices.map((zone) => ({ ...(disk ? { disk } : {}), ...(zone ? { zone } : {}) })),
    );
    fc.assert(
      fc.property(selector, selector, (a, b) => {
        const both = everything.some((labels) => selectorMatches(a, labels) && selectorMatches(b, labels));
        expect(selectorsOverlap(a, b)).toBe(both);
      }),
    );
  });
});
