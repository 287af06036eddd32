import { STARTUP_TAINT_KEY } from '../../api/keys.ts';
import type { KubeApi } from '../../kube/api.ts';
import { Reflector } from '../../kube/reflector.ts';
import { nodes, pods, type Node, type Pod } from '../../kube/resources.ts';
import { systemClock } from '../../kube/system-clock.ts';

export const isTainted = ({ spec }: Node): boolean =>
  (spec?.taints ?? []).some(({ key }) => key === STARTUP_TAINT_KEY);

const isReady = ({ status }: Node): boolean =>
  (status?.conditions ?? []).some(({ type, status: value }) => type === 'Ready' && value === 'True');

/** What a watch sees of the births: when each node was first tainted and Ready, when each pod was bound, and where. */
export class Sightings {
  /** Milliseconds of `performance.now()`, by node. */
  readonly taintedAt = new Map<string, number>();
  readonly readyAt = new Map<string, number>();
  /** Pods that were once seen running. */
  readonly running = new Set<string>();
  readonly bound = new Map<string, { at: number; nodeName: string }>();
  readonly #nodes: Reflector<Node>;
  readonly #pods: Reflector<Pod>;

  constructor(kube: KubeApi, labelSelector: string) {
    const base = { kube, clock: systemClock(), labelSelector };
    this.#nodes = new Reflector({ ...base, type: nodes, project: essentials });
    this.#pods = new Reflector({ ...base, type: pods });
    this.#nodes.subscribe(({ object }) => {
      const name = object.metadata?.name ?? '';
      if (isTainted(object) && !this.taintedAt.has(name)) this.taintedAt.set(name, performance.now());
      if (isReady(object) && !this.readyAt.has(name)) this.readyAt.set(name, performance.now());
    });
    this.#pods.subscribe(({ object }) => {
      const [name, nodeName] = [object.metadata?.name ?? '', object.spec?.nodeName];
      if (object.status?.phase === 'Running') this.running.add(name);
      if (nodeName === undefined || this.bound.has(name)) return;
      this.bound.set(name, { at: performance.now(), nodeName });
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([this.#nodes.run(signal), this.#pods.run(signal)]);
  }
}

/** Ten thousand whole nodes would be most of this process's memory. */
function essentials({ metadata, spec, status }: Node): Node {
  const { name = '', uid = '', resourceVersion = '' } = metadata ?? {};
  return {
    metadata: { name, uid, resourceVersion },
    spec: { taints: spec?.taints ?? [] },
    status: { conditions: status?.conditions ?? [] },
  };
}
