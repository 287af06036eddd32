import type { LabelSelector, LabelSelectorRequirement } from '../meta.ts';
import { isLabelValue, isQualifiedName } from '../names.ts';
import type { ProfileProblem } from './problem.ts';

const FIELD = 'spec.nodeSelector';

/** What Kubernetes would refuse in a label selector, and what therefore matches no node in silence. */
export function selectorProblems({
  matchLabels = {},
  matchExpressions = [],
}: LabelSelector): ProfileProblem[] {
  return [
    ...Object.entries(matchLabels).flatMap(([key, value]) => [...keyProblems(key), ...valueProblems(value)]),
    ...matchExpressions.flatMap(requirementProblems),
  ];
}

function requirementProblems({ key, operator, values = [] }: LabelSelectorRequirement): ProfileProblem[] {
  const needsValues = operator === 'In' || operator === 'NotIn';
  const count =
    needsValues === values.length > 0
      ? []
      : [
          {
            field: FIELD,
            message: `Expected ${needsValues ? 'values' : 'no values'} with ${operator} of ${key}`,
          },
        ];
  return [...keyProblems(key), ...count, ...values.flatMap(valueProblems)];
}

const keyProblems = (key: string): ProfileProblem[] =>
  isQualifiedName(key) ? [] : [{ field: FIELD, message: `Expected a label key, got \`${key}\`` }];

const valueProblems = (value: string): ProfileProblem[] =>
  isLabelValue(value) ? [] : [{ field: FIELD, message: `Expected a label value, got \`${value}\`` }];
