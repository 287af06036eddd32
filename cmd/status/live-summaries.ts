import type { NVMeNode } from '../../api/node.ts';
import type { NVMeProfile } from '../../api/profile.ts';
import type { Node, PersistentVolume } from '../../kube/resources.ts';
import type { Change } from '../../kube/store.ts';
import type { NodeSelection } from '../cli/node-selection.ts';
import type { NodeParts } from './cluster-view.ts';
import type { NodeStorage } from './node-storage.ts';
import { concernsUs, summarizeNode } from './summarize.ts';
import { nodeOfVolume } from './volumes.ts';

interface Entry {
  node?: Node | undefined;
  nvmeNode?: NVMeNode | undefined;
  volumes: Map<string, PersistentVolume>;
  /** Made anew when something changed; null when the node does not concern us. */
  summary?: NodeStorage | null | undefined;
}

/** Summaries of a changing cluster: a change costs the work of its own node only. */
export class LiveSummaries {
  readonly #entries = new Map<string, Entry>();
  readonly #profiles = new Map<string, NVMeProfile>();
  readonly #query: NodeSelection & { volumesKnown: boolean };

  constructor(query: NodeSelection & { volumesKnown: boolean }) {
    this.#query = query;
  }

  node(change: Change<Node>): void {
    const name = change.object.metadata?.name ?? '';
    this.#touch(name).node = present(change);
  }

  nvmeNode(change: Change<NVMeNode>): void {
    const name = change.object.metadata.name ?? '';
    this.#touch(name).nvmeNode = present(change);
  }

  volume(change: Change<PersistentVolume>): void {
    const { volumes } = this.#touch(nodeOfVolume(change.object) ?? '');
    const name = change.object.metadata?.name ?? '';
    if (change.kind === 'deleted') volumes.delete(name);
    else volumes.set(name, change.object);
  }

  /** A profile may rule any node, so all are looked at again. */
  profile(change: Change<NVMeProfile>): void {
    const name = change.object.metadata.name ?? '';
    if (change.kind === 'deleted') this.#profiles.delete(name);
    else this.#profiles.set(name, change.object);
    for (const entry of this.#entries.values()) entry.summary = undefined;
  }

  /** Summaries of the nodes that concern us, by name. */
  rows(): NodeStorage[] {
    const profiles = [...this.#profiles.values()];
    const rows: NodeStorage[] = [];
    for (const [name, entry] of this.#entries) {
      if (entry.summary === undefined) entry.summary = this.#summarize(name, entry, profiles);
      if (entry.summary) rows.push(entry.summary);
    }
    return rows.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  }

  #touch(name: string): Entry {
    const entry: Entry = this.#entries.get(name) ?? { volumes: new Map() };
    entry.summary = undefined;
    this.#entries.set(name, entry);
    return entry;
  }

  #summarize(name: string, entry: Entry, profiles: NVMeProfile[]): NodeStorage | null {
    const { node, nvmeNode } = entry;
    const { names, selector, volumesKnown } = this.#query;
    const parts: NodeParts = {
      name,
      profiles,
      ...(node ? { node } : {}),
      ...(nvmeNode ? { nvmeNode } : {}),
      ...(volumesKnown ? { volumes: [...entry.volumes.values()] } : {}),
    };
    if (!node && (!nvmeNode || selector !== undefined)) return null;
    const wanted = names.length > 0 ? names.includes(name) : concernsUs(parts);
    return wanted ? summarizeNode(parts) : null;
  }
}

const present = <T>(change: Change<T>): T | undefined =>
  change.kind === 'deleted' ? undefined : change.object;
