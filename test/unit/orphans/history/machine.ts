import { expect } from 'vitest';
import { NODE_UID } from '../../../../api/keys.ts';
import type { NVMeNode, NVMeNodeStatus } from '../../../../api/node.ts';
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from '../../../../kube/resources.ts';
import type { CleanupAction, DeleteAction } from '../../../../orphans/decide.ts';
import {
  boundClaim,
  localDrive,
  publishedVolume,
  registeredNode,
  reported,
  statefulPod,
} from '../../../builders/orphans.ts';

export const GRACE = 5 * 60_000;

/** A machine with its one volume, and what the model knows of them: the world as it is, not as clean-up believes. */
export class Machine {
  readonly name: string;
  readonly volumeName: string;
  readonly claimUID: string;
  volume: PersistentVolume | undefined;
  claim: PersistentVolumeClaim | undefined;
  node: Node | undefined;
  report: NVMeNode | undefined;
  pods: Pod[] = [];
  #births = 1;
  /** Real time since when the volume may be taken as lost: the node is gone, or a whole report proves it absent. */
  #lostSince: number | undefined;

  constructor(number: number) {
    this.name = `n${number}`;
    this.volumeName = `pv-${number}`;
    this.claimUID = `claim-${number}`;
    const [nodeUID, claimName] = [this.#uid(), `data-${number}`];
    this.node = registeredNode(nodeUID, this.name);
    this.volume = publishedVolume({
      ...{ name: this.volumeName, nodeName: this.name, nodeUID, claimName },
      claimUID: this.claimUID,
    });
    this.claim = boundClaim(this.volumeName, this.claimUID, claimName);
  }

  #uid(): string {
    return `${this.name}-uid-${this.#births}`;
  }

  deleteNode(): void {
    this.node = undefined;
    this.report = undefined;
  }

  registerNode(): void {
    if (this.node) return;
    this.#births += 1;
    this.node = registeredNode(this.#uid(), this.name);
  }

  tell(what: 'with-volume' | 'without-volume' | 'unreadable'): void {
    if (this.node === undefined) return;
    const volume = {
      ...{ name: this.volumeName, path: '', capacity: 1, identity: `identity-${this.volumeName}` },
      state: 'Bound' as const,
    };
    const status: Record<typeof what, NVMeNodeStatus> = {
      'with-volume': { volumes: [volume] },
      'without-volume': {},
      unreadable: { drives: [localDrive({ state: 'Unknown' })] },
    };
    const report = reported(this.node.metadata?.uid ?? '', status[what]);
    this.report = { ...report, metadata: { ...report.metadata, name: this.name } };
  }

  addPod(how: 'controlled' | 'bare'): void {
    const base = statefulPod({ name: `pod-${this.name}-${this.pods.length}`, nodeName: this.name });
    const claimName = this.volumeName.replace('pv', 'data');
    const volumes = [{ name: 'data', persistentVolumeClaim: { claimName } }];
    const pod: Pod = { ...base, spec: { containers: [], ...base.spec, volumes } };
    if (how === 'bare') delete pod.metadata?.ownerReferences;
    this.pods.push(pod);
  }

  retain(): void {
    const { volume } = this;
    if (volume === undefined) return;
    this.volume = { ...volume, spec: { ...volume.spec, persistentVolumeReclaimPolicy: 'Retain' } };
  }

  /** The model: since when, by the world's own facts, this volume is lost. */
  observe(realTime: number): void {
    const lost = this.node === undefined || (this.#isElsewhere() && this.#isProvedAbsent());
    this.#lostSince = lost ? (this.#lostSince ?? realTime) : undefined;
  }

  /** Throws when the model forbids the deletion; else carries it out. */
  remove(action: DeleteAction, at: { realTime: number; stopped: boolean; approved: boolean }): void {
    const waited = this.#lostSince === undefined ? -Infinity : at.realTime - this.#lostSince;
    // A person may release what no agent proves, while the name belongs to another Node that does not show the volume.
    const released = at.approved && this.node !== undefined && this.#isElsewhere() && !this.#isFound();
    if (!released) expect(waited).toBeGreaterThanOrEqual(GRACE);
    if (at.stopped) expect(at.approved).toBe(true);
    expect(this.volume?.spec?.persistentVolumeReclaimPolicy).toBe('Delete');
    if (action.kind === 'delete-claim') this.#removeClaim(action.claim);
    else if (action.kind === 'delete-pod') this.#removePod(action.pod);
    else this.#removeVolume();
  }

  keep(action: Extract<CleanupAction, { kind: 'keep' }>): void {
    expect(this.#isFound()).toBe(true);
    const { metadata, ...volume } = this.volume ?? expect.fail('there is no volume to keep');
    const annotations = { ...metadata?.annotations, [NODE_UID]: action.nodeUID };
    this.volume = { ...volume, metadata: { ...metadata, annotations } };
  }

  #removeClaim(claim: PersistentVolumeClaim): void {
    expect(claim.metadata?.uid).toBe(this.claimUID);
    this.claim = undefined;
  }

  #removePod(pod: Pod): void {
    expect(pod.metadata?.ownerReferences?.[0]?.controller).toBe(true);
    expect(pod.spec?.nodeName).toBe(this.name);
    this.pods = this.pods.filter(({ metadata }) => metadata?.uid !== pod.metadata?.uid);
  }

  #removeVolume(): void {
    expect(this.claim?.metadata?.uid).not.toBe(this.claimUID);
    this.volume = undefined;
  }

  #isElsewhere(): boolean {
    return this.node?.metadata?.uid !== this.volume?.metadata?.annotations?.[NODE_UID];
  }

  #isFound(): boolean {
    return (this.report?.status?.volumes ?? []).length > 0;
  }

  #isProvedAbsent(): boolean {
    const drives = this.report?.status?.drives ?? [];
    return this.report !== undefined && !this.#isFound() && drives.every(({ state }) => state !== 'Unknown');
  }
}
