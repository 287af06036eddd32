import type { LabelSelector, LabelSelectorRequirement } from './meta.ts';

/** Whether labels satisfy a metav1.LabelSelector; an empty selector matches everything, as in Kubernetes. */
export function selectorMatches(selector: LabelSelector, labels: Readonly<Record<string, string>>): boolean {
  const all = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return all && (selector.matchExpressions ?? []).every((requirement) => holds(requirement, labels));
}

function holds(
  { key, operator, values = [] }: LabelSelectorRequirement,
  labels: Readonly<Record<string, string>>,
) {
  const value = labels[key];
  switch (operator) {
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      // A missing key counts as not in the set (labels.Requirement.Matches in apimachinery).
      return value === undefined || !values.includes(value);
  }
}

/**
 * Whether some labels could satisfy both selectors. Exact: requirements on different keys do not depend on each other,
 * so only the requirements on one key can contradict.
 */
export function selectorsOverlap(a: LabelSelector, b: LabelSelector): boolean {
  const byKey = Map.groupBy([...requirementsOf(a), ...requirementsOf(b)], ({ key }) => key);
  return [...byKey].every(([key, requirements]) =>
    candidates(requirements).some((value) => {
      const labels = value === undefined ? {} : { [key]: value };
      return requirements.every((requirement) => holds(requirement, labels));
    }),
  );
}

const requirementsOf = ({ matchLabels = {}, matchExpressions = [] }: LabelSelector) => [
  ...Object.entries(matchLabels).map(([key, value]): LabelSelectorRequirement => ({
    key,
    operator: 'In',
    values: [value],
  })),
  ...matchExpressions,
];

/** Every value that could make a difference: none, each that is named, and one that nobody names. */
function candidates(requirements: readonly LabelSelectorRequirement[]): (string | undefined)[] {
  const named = requirements.flatMap(({ values = [] }) => values);
  return [undefined, ...named, `${named.join('')}-other`];
}
