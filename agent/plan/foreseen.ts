import type { Step } from './step.ts';

/** They make things anew, and the plan knows all of what they make. */
const MAKES_ANEW: ReadonlySet<Step['kind']> = new Set([
  'md-create',
  'pv-create',
  'vg-create',
  'lv-create',
  'mkfs',
  'mount',
  'make-data-directory',
] as const);

/**
 * Whether nothing can be left to do once these steps have ended well. What lies on an array that is put together, or
 * behind a key, is seen only after it, and a kubelet has to be asked again.
 */
export const isForeseen = (steps: readonly Step[]): boolean =>
  steps.every(({ kind }) => MAKES_ANEW.has(kind));
