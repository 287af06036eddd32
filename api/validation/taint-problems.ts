import type { Taint } from '../meta.ts';
import { isLabelValue, isQualifiedName } from '../names.ts';
import type { ProfileProblem } from './problem.ts';

/** Prefixes whose taints Kubernetes' own controllers put on and take off. */
export const RESERVED_TAINT_PREFIXES = ['node.kubernetes.io/', 'node.cloudprovider.kubernetes.io/'] as const;

/**
 * What Kubernetes refuses in a Node's taints. A profile with such a taint would make the very creation of its nodes
 * fail, since admission adds it.
 */
export function taintProblems(taints: readonly Taint[]): ProfileProblem[] {
  return taints.flatMap((taint, index) => {
    const field = `spec.taints[${index}]`;
    const { key, value = '', effect } = taint;
    const reserved = RESERVED_TAINT_PREFIXES.find((prefix) => key.startsWith(prefix));
    const first = taints.findIndex((other) => other.key === key && other.effect === effect);
    return [
      ...(isQualifiedName(key) ? [] : [{ field, message: `Expected a taint key, got \`${key}\`` }]),
      ...(isLabelValue(value) ? [] : [{ field, message: `Expected a taint value, got \`${value}\`` }]),
      ...(reserved === undefined
        ? []
        : [
            {
              field,
              message: `Expected a key that is yours, got \`${key}\`: Kubernetes manages ${reserved}*`,
            },
          ]),
      ...(first === index
        ? []
        : [{ field, message: `Expected each key and effect once, got ${key}:${effect} again` }]),
    ];
  });
}
