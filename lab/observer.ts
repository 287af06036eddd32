import type { LabContext } from './context.ts';
import { LabApiError } from './cluster/api.ts';
import type { Lab } from './lab.ts';
import { waitFor } from './wait.ts';

/** The parts of API objects that tests and the demo look at. */
export interface Seen {
  metadata: {
    name: string;
    uid: string;
    annotations?: Record<string, string>;
    labels?: Record<string, string>;
  };
  spec?: {
    nodeName?: string;
    taints?: { key: string; effect: string }[];
    volumeName?: string;
    local?: { path: string };
  };
  status?: {
    phase?: string;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
    progress?: { step: number; of: number; name: string };
  };
}

/** Looks at the cluster with the lab's own rights, never through what is under test. */
export interface Observer {
  get(path: string): Promise<Seen | undefined>;
  list(path: string): Promise<Seen[]>;
  /** Asks until `probe` gives something; an error that names `what` after `seconds`. */
  until<T>(what: string, seconds: number, probe: () => Promise<T | undefined>): Promise<T>;
}

/** An observer of one lab. */
export function createObserver(ctx: LabContext, lab: Pick<Lab, 'api'>): Observer {
  return {
    get: async (path) => {
      try {
        return (await lab.api.get(path)) as Seen;
      } catch (error) {
        if (error instanceof LabApiError && error.status === 404) return undefined;
        throw error;
      }
    },
    list: async (path) => ((await lab.api.get(path)) as { items: Seen[] }).items,
    until: (what, seconds, probe) =>
      waitFor(what, { timeoutMs: seconds * 1000, intervalMs: 150, signal: ctx.signal }, probe),
  };
}

/** The status of one condition of an object, undefined when it has none of that type. */
export function conditionStatus(object: Seen | undefined, type: string): string | undefined {
  return object?.status?.conditions?.find((condition) => condition.type === type)?.status;
}
