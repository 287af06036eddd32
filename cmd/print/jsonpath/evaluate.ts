import { JSONPathError, type FilterOperator, type Operand, type Path, type PathStep } from './path.ts';

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Every value a path leads to, in document order. Missing fields lead nowhere, as `kubectl get` allows them; an
 * index outside an array is a JSONPathError, as in kubectl.
 */
export function evaluate(path: Path, current: unknown, root: unknown): unknown[] {
  return walk(path.steps, [path.fromRoot ? root : current], root);
}

function walk(steps: readonly PathStep[], from: unknown[], root: unknown): unknown[] {
  return steps.reduce((found, step) => {
    // The branches of a union come one after the other, each over all elements, as in kubectl.
    if (step.kind === 'union') return step.branches.flatMap((branch) => walk(branch, found, root));
    return found.flatMap((value) => follow(step, value, root));
  }, from);
}

function follow(step: Exclude<PathStep, { kind: 'union' }>, value: unknown, root: unknown): unknown[] {
  switch (step.kind) {
    case 'field':
      return isObject(value) && Object.hasOwn(value, step.name) ? [value[step.name]] : [];
    case 'index':
      return Array.isArray(value) ? [elementAt(value, step.index)] : [];
    case 'slice':
      return Array.isArray(value) ? slice(value, step.start, step.end, step.step) : [];
    case 'wildcard':
      return children(value);
    case 'descend':
      return descend(value);
    case 'filter':
      return children(value).filter((element) => passes(step, element, root));
  }
}

function children(value: unknown): unknown[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value) : [];
}

/** A value and everything below it that can have fields or elements. */
function descend(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...children(value).flatMap(descend)];
}

function elementAt(array: unknown[], index: number): unknown {
  if (index >= array.length || index < -array.length) {
    throw new JSONPathError(`array index out of bounds: index ${index}, length ${array.length}`);
  }
  return array.at(index);
}

function slice(
  array: unknown[],
  start: number | undefined,
  end: number | undefined,
  step: number,
): unknown[] {
  const part = array.slice(start, end);
  return step <= 1 ? part : part.filter((_, index) => index % step === 0);
}

function passes(step: PathStep & { kind: 'filter' }, element: unknown, root: unknown): boolean {
  const left = values(step.left, element, root);
  if (step.operator === 'exists') return left.length > 0;
  const right = values(step.right, element, root);
  return left.length > 0 && right.length > 0 && compare(left[0], step.operator, right[0]);
}

const values = (operand: Operand, element: unknown, root: unknown): unknown[] =>
  operand.kind === 'literal' ? [operand.value] : evaluate(operand.path, element, root);

function compare(left: unknown, operator: FilterOperator, right: unknown): boolean {
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  const order = orderOf(left, right);
  if (order === undefined) return false;
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function orderOf(left: unknown, right: unknown): number | undefined {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left !== 'string' || typeof right !== 'string') return undefined;
  return left < right ? -1 : Number(left > right);
}
