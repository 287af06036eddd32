import type { KubeApi } from '../../kube/api.ts';

export type Method = Exclude<keyof KubeApi, 'listAll' | 'listNames' | 'listTable'>;
/** Methods that are not about objects of a kind. */
export type PathMethod = 'raw' | 'stream';

/** One request that the fake received, as RBAC would see it. `resource` is the plural, `nodes/status` for a part. */
export interface KubeCall {
  method: Method;
  verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
  group: string;
  resource: string;
  namespace?: string;
  name?: string;
  /** What was sent, for create, replace and patch. */
  body?: unknown;
  dryRun: boolean;
}

interface Interruption {
  method: Method | '*';
  resource: string;
  times: number;
  action: () => unknown;
}

export const VERBS: Record<Exclude<Method, PathMethod>, KubeCall['verb']> = {
  get: 'get',
  list: 'list',
  watch: 'watch',
  create: 'create',
  replace: 'update',
  patch: 'patch',
  delete: 'delete',
};

/** What is to happen just before calls that are still to come. */
export class Interruptions {
  readonly #waiting: Interruption[] = [];

  add(interruption: Interruption): void {
    this.#waiting.push(interruption);
  }

  async run(method: Method, resource: string): Promise<void> {
    const next = this.#waiting.find(
      (item) =>
        item.times > 0 &&
        (item.method === '*' || item.method === method) &&
        (item.resource === '*' || item.resource === resource),
    );
    if (!next) return;
    next.times -= 1;
    await next.action();
  }
}
