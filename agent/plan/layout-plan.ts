import type { Refusal } from '../../api/plan.ts';
import type { PlannedVolume } from './planned.ts';
import type { Step } from './step.ts';

/** The share of a plan that one part of the drives asks for. */
export interface LayoutPlan {
  steps: Step[];
  volumes: PlannedVolume[];
  /** Kernel paths of drives that the steps use or that carry the wanted layout already. */
  candidates: string[];
  refusals: Refusal[];
  drift?: string;
  degraded?: string;
  /** Something outside the drives forbids the layout for now, in words. */
  blocked?: string;
  /** More will be seen once the steps are done, such as what is on an array that is not assembled yet. */
  again?: true;
}

export const NOTHING: LayoutPlan = { steps: [], volumes: [], candidates: [], refusals: [] };

/** Several parts as one. */
export function together(...parts: readonly LayoutPlan[]): LayoutPlan {
  const words = (key: 'drift' | 'degraded' | 'blocked') =>
    [...new Set(parts.flatMap((part) => part[key] ?? []))].join('; ');
  return {
    steps: parts.flatMap(({ steps }) => steps),
    volumes: parts.flatMap(({ volumes }) => volumes),
    candidates: [...new Set(parts.flatMap(({ candidates }) => candidates))],
    refusals: parts.flatMap(({ refusals }) => refusals),
    ...(words('drift') === '' ? {} : { drift: words('drift') }),
    ...(words('degraded') === '' ? {} : { degraded: words('degraded') }),
    ...(words('blocked') === '' ? {} : { blocked: words('blocked') }),
    ...(parts.some(({ again }) => again) ? { again: true } : {}),
  };
}

/** The same reason for several drives. */
export const refuseDrives = (drives: readonly { path: string }[], reason: string): LayoutPlan =>
  refuseAll(
    drives.map(({ path }) => path),
    reason,
  );

/** The same for drives known by their kernel paths. */
export function refuseAll(paths: readonly string[], reason: string): LayoutPlan {
  return { ...NOTHING, refusals: paths.map((path) => ({ path, reason })) };
}
