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
