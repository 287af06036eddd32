import type { KubeObject, ResourceType } from '../../kube/api.ts';
import { badRequest } from './kube-answers.ts';

type Labels = Record<string, string>;

/** Field selectors that the real API server indexes, beside metadata.name and metadata.namespace. */
const FIELDS: Record<string, string[]> = {
  pods: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'status.phase',
  ],
  nodes: ['spec.unschedulable'],
  secrets: ['type'],
  events: [
    'involvedObject.kind',
    'involvedObject.name',
    'involvedObject.namespace',
    'involvedObject.uid',
    'reason',
    'type',
  ],
};

function matchesLabel(labels: Labels, requirement: string): boolean {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(requirement);
  if (set) {
    const [, key = '', operator, values = ''] = set;
    const inside = values.split(',').some((value) => value.trim() === labels[key]);
    return operator === 'in' ? inside : !inside;
  }
  const equality = /^([^=!]+?)\s*(==|=|!=)\s*(.*)$/.exec(requirement);
  if (equality) {
    const [, key = '', operator, value] = equality;
    return operator === '!=' ? labels[key] !== value : labels[key] === value;
  }
  if (requirement.startsWith('!')) return !(requirement.slice(1).trim() in labels);
  return requirement in labels;
}

/** Equality, set and existence requirements joined by commas, as in `kubectl -l`. */
export function matchesLabelSelector(labels: Labels, selector: string): boolean {
  const requirements = selector.split(/,(?![^(]*\))/).map((part) => part.trim());
  return requirements.every((requirement) => requirement === '' || matchesLabel(labels, requirement));
}

function fieldOf(object: unknown, path: string): string {
  let value = object;
  for (const key of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[key];
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : '';
}

/** `a=b` and `a!=b` joined by commas; an unknown field is refused as the real server does. */
export function matchesFieldSelector(
  type: ResourceType<unknown>,
  object: KubeObject,
  selector: string,
): boolean {
  return selector.split(',').every((requirement) => {
    const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(requirement.trim());
    if (!match) throw badRequest(`invalid field selector: ${requirement}`);
    const [, field = '', operator, value] = match;
    if (!isKnown(type, field)) throw unknownField(type, field);
    return (fieldOf(object, field) === value) === (operator !== '!=');
  });
}

const GENERIC = ['metadata.name', 'metadata.namespace'];

const isKnown = (type: ResourceType<unknown>, field: string): boolean =>
  GENERIC.includes(field) || (FIELDS[type.plural] ?? []).includes(field);

/** Kinds with selectors of their own word the refusal in another way than the rest. */
const unknownField = ({ plural }: ResourceType<unknown>, field: string): Error =>
  badRequest(
    plural in FIELDS
      ? `field label not supported: ${field}`
      : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
