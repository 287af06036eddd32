import { PAUSED } from './keys.ts';

/** The annotation `kubectl-nvme.dev/paused`: who stopped all changes on the node, why and when (RFC 3339). */
export interface Pause {
  by: string;
  why: string;
  at?: string;
}

/** Who pauses a node for a reset: such a pause does not stand in the way of the next reset. */
export const PAUSED_BY_RESET = 'nvme-agent';

/** The pause of a Node; whatever the annotation says, a node that carries it is paused. */
export function pauseOf(annotations: Readonly<Record<string, string>> | undefined): Pause | undefined {
  const text = annotations?.[PAUSED];
  return text === undefined ? undefined : parsePause(text);
}

function parsePause(text: string): Pause {
  const unknown = { by: 'someone', why: text };
  try {
    const { by, why, at } = JSON.parse(text) as Partial<Record<keyof Pause, unknown>>;
    if (typeof by !== 'string') return unknown;
    return { by, why: typeof why === 'string' ? why : '', ...(typeof at === 'string' ? { at } : {}) };
  } catch {
    return unknown;
  }
}

/** Value of the annotation. */
export const formatPause = (pause: Pause): string => JSON.stringify(pause);

/** A pause in words: `by alice: maintenance`. */
export const describePause = ({ by, why }: Pause): string => `by ${by}${why === '' ? '' : `: ${why}`}`;
