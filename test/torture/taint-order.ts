import assert from 'node:assert/strict';
import { nodes, persistentVolumes, type Node, type PersistentVolume } from '../../kube/resources.ts';
import type { Scene } from '../nodes/main-job/scene.ts';
import { witness, type Witness } from '../nodes/main-job/witness.ts';
import { isTainted } from './checks.ts';

/** Remembers in which order the API server told of taints and volumes. */
export class TaintOrder {
  readonly #nodes: Witness<Node>;
  readonly #volumes: Witness<PersistentVolume>;

  private constructor(seenNodes: Witness<Node>, volumes: Witness<PersistentVolume>) {
    this.#nodes = seenNodes;
    this.#volumes = volumes;
  }

  static async begin({ kube, signal }: Scene): Promise<TaintOrder> {
    return new TaintOrder(await witness(kube, nodes, signal), await witness(kube, persistentVolumes, signal));
  }

  /** Rejects with an AssertionError if the node lost its taint, after that revision, before one of the volumes was there. */
  check(node: string, since: bigint, volumes: readonly PersistentVolume[]): void {
    const free = this.#nodes
      .history(node)
      .find((version) => revision(version) > since && !isTainted(version));
    assert.ok(free !== undefined, `nobody saw ${node} without its taint`);
    for (const { metadata } of volumes) {
      const made = this.#volumes
        .history(metadata?.name ?? '')
        .find((version) => version.metadata?.uid === metadata?.uid);
      assert.ok(made !== undefined, `nobody saw ${metadata?.name ?? ''} come`);
      assert.ok(revision(made) < revision(free), `the taint went before ${metadata?.name ?? ''} was there`);
    }
  }
}

export const revision = ({ metadata }: Node | PersistentVolume): bigint =>
  BigInt(metadata?.resourceVersion ?? '0');
