import { API_VERSION } from '../../api/group.ts';

/** `unknown`: what the check needs could not be read. */
export const LEVELS = ['error', 'warning', 'unknown', 'ok'] as const;
export type Level = (typeof LEVELS)[number];

/** What a check found about one object, or about the cluster. */
export interface Found {
  level: Exclude<Level, 'ok'>;
  /** `node/worker-1`, as kubectl takes it; absent when it is about the cluster. */
  object?: string;
  message: string;
  /** What to do, a command where there is one. */
  fix: string;
}

/** One line of the result; also what `-o json` prints. A check without findings gives one of level `ok`. */
export interface Finding {
  apiVersion: string;
  kind: 'Finding';
  metadata: { name: string };
  level: Level;
  check: string;
  object?: string;
  message?: string;
  fix?: string;
}

/** A check's result with the check's name. */
export function findings(check: string, found: readonly Found[]): Finding[] {
  const about = { apiVersion: API_VERSION, kind: 'Finding', check } as const;
  if (found.length === 0) return [{ ...about, metadata: { name: check }, level: 'ok' }];
  return found.map((one, index) => ({
    ...about,
    metadata: { name: found.length === 1 ? check : `${check}-${index + 1}` },
    ...one,
  }));
}

/** At most this many objects of one kind of problem are listed one by one. */
const SHOWN = 10;

/** The first few in full and the number of the rest, so that 400 nodes with one cause are not 400 findings. */
export function shortened(found: readonly Found[], rest: (more: number) => Found): Found[] {
  if (found.length <= SHOWN) return [...found];
  return [...found.slice(0, SHOWN), rest(found.length - SHOWN)];
}
