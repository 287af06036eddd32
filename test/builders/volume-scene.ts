import { CLEAN } from '../../api/keys.ts';
import type { LayoutType } from '../../api/layout.ts';
import type { VolumeStatus } from '../../api/node.ts';
import type { CleanMethod } from '../../agent/recycle/decide.ts';
import { intentOf } from '../../agent/run/intent.ts';
import { planFor } from '../../agent/run/look.ts';
import { observe } from '../../agent/run/observe.ts';
import type { RoundResult } from '../../agent/run/reconcile.ts';
import { events, nvmeNodes, persistentVolumeClaims, persistentVolumes } from '../../kube/resources.ts';
import type { PersistentVolume } from '../../kube/resources.ts';
import { KilledError, type Kill } from '../fakes/host.ts';
import type { FakeKube } from '../fakes/kube.ts';
import { VolumeHost } from '../fakes/volume-host.ts';
import { agentNode, BOOT, type AgentNode } from './agent-node.ts';
import { machine } from './machine.ts';
import { claim } from './objects.ts';

/** A node with one volume that a claim has used and given up. */
export class VolumeScene {
  readonly kube: FakeKube;
  readonly #agent: AgentNode;
  host: VolumeHost;

  private constructor(agent: AgentNode, host: VolumeHost) {
    this.kube = agent.kube;
    this.#agent = agent;
    this.host = host;
  }

  /** The volume is Released, its claim is gone, and it holds data. */
  static async released(clean: CleanMethod, type: LayoutType = 'Filesystem'): Promise<VolumeScene> {
    const agent = await agentNode({ layout: { type }, volumes: { clean } });
    const snapshot = machine({ drives: { nvme1n1: {} }, snapshot: { bootID: BOOT } });
    const scene = new VolumeScene(agent, await hostOf(agent, snapshot));
    await scene.round();
    const { kube, host } = scene;
    const { metadata } = await kube.create(persistentVolumeClaims, claim());
    const claimRef = { namespace: 'default', name: 'data-0', uid: metadata?.uid ?? '' };
    scene.changeVolume((volume) => {
      volume.spec = { ...volume.spec, claimRef };
      volume.status = { phase: 'Released' };
    });
    if (type === 'Block') host.snapshot.samples = { '/dev/nvme1n1': { constant: null } };
    else host.tree.set('data', ['secret', 'table']);
    await kube.delete(persistentVolumeClaims, 'data-0', { namespace: 'default' });
    return scene;
  }

  /** One round; rejects with KilledError when the host has died. */
  round(): Promise<RoundResult> {
    return this.#agent.round(this.host);
  }

  /** The machine as a kill has left it, and a new agent on it. */
  async afterKill(): Promise<void> {
    const { tree, snapshot } = this.host;
    this.host = await hostOf(this.#agent, snapshot);
    this.host.tree = tree;
  }

  async die(kill: Kill): Promise<boolean> {
    const { tree, snapshot } = this.host;
    this.host = await hostOf(this.#agent, snapshot, kill);
    this.host.tree = tree;
    try {
      await this.round();
    } catch (error) {
      if (!(error instanceof KilledError)) throw error;
    }
    return this.host.killed;
  }

  get volume(): PersistentVolume | undefined {
    return this.kube.objects(persistentVolumes)[0];
  }

  changeVolume(change: (volume: PersistentVolume) => void): void {
    this.kube.change(persistentVolumes, this.volume?.metadata?.name ?? '', change);
  }

  annotateClean(word: string | undefined): void {
    this.changeVolume(({ metadata }) => {
      const { [CLEAN]: _, ...rest } = metadata?.annotations ?? {};
      if (metadata) metadata.annotations = word === undefined ? rest : { ...rest, [CLEAN]: word };
    });
  }

  async status(): Promise<VolumeStatus | undefined> {
    return (await this.kube.get(nvmeNodes, 'n1')).status?.volumes?.[0];
  }

  said(): (string | undefined)[] {
    return this.kube.objects(events).map(({ reason }) => reason);
  }

  /** What is left of the data: names in the filesystem, or bytes on the raw drive. */
  get remains(): string[] {
    const { tree, snapshot } = this.host;
    const raw = snapshot.blkid?.['/dev/nvme1n1']?.TYPE === undefined;
    if (raw) return snapshot.samples?.['/dev/nvme1n1']?.constant === 0 ? [] : ['bytes'];
    return [...tree].flatMap(([folder, names]) => names.map((name) => `${folder}/${name}`));
  }
}

/** A host that knows the programs which set-up and cleaning of its one drive run. */
async function hostOf(agent: AgentNode, snapshot: VolumeHost['snapshot'], kill?: Kill): Promise<VolumeHost> {
  const seen = await observe(agent.kube, 'n1', BOOT);
  const blank = machine({ drives: { nvme1n1: {} }, snapshot: { bootID: BOOT } });
  const { steps } = planFor(blank, { ...seen, volumes: [] }, intentOf(seen).spec);
  const mounts = steps.filter((step) => step.kind === 'mount');
  const unmounts = mounts.map(({ device, uuid, path }) => ({
    kind: 'unmount' as const,
    name: '',
    device,
    uuid,
    path,
  }));
  return new VolumeHost(snapshot, [...steps, ...unmounts], kill);
}
