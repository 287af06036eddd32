import type { NVMeNode } from '../../api/node.ts';
import type { NVMeProfile } from '../../api/profile.ts';
import type { KubeApi, ResourceType } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { isForbidden, isUnknownKind } from '../../kube/errors.ts';
import { Reflector } from '../../kube/reflector.ts';
import type { Change } from '../../kube/store.ts';
import {
  nodes,
  nvmeNodes,
  nvmeProfiles,
  persistentVolumes,
  type Node,
  type PersistentVolume,
} from '../../kube/resources.ts';
import type { NodeSelection } from '../cli/node-selection.ts';
import { isRefusal } from '../follow/refusal.ts';
import { installed } from '../read/installed.ts';
import { volumeSelector } from './collect.ts';
import { LiveSummaries } from './live-summaries.ts';
import { slimReport } from './slim-report.ts';

export interface LiveStatusOptions {
  kube: KubeApi;
  clock: Clock;
  query: NodeSelection;
  /** Something changed; the rows are to be read again. */
  onChange: () => void;
  /** The connection broke; it is being mended. */
  onTrouble: (error: unknown) => void;
}

export interface LiveStatus {
  summaries: LiveSummaries;
  /** Milliseconds since the API server last told us anything of any kind. */
  heardAgo: () => number;
}

/**
 * Keeps summaries true while the signal lives: one reflector a kind. Resolves once everything was listed; rejects
 * when the very first attempt fails, as a plain `status` would.
 */
export async function startLiveStatus(options: LiveStatusOptions, signal: AbortSignal): Promise<LiveStatus> {
  const { kube, query } = options;
  await Promise.all(query.names.map((name) => kube.get(nodes, name)));
  await installed(kube.list(nvmeNodes, { limit: 1 }), nvmeNodes);
  const canReadVolumes = await mayList(kube, persistentVolumes);
  const canReadProfiles = await mayList(kube, nvmeProfiles);
  const summaries = new LiveSummaries({ ...query, volumesKnown: canReadVolumes });
  const only = query.names.length === 1 ? { fieldSelector: `metadata.name=${query.names[0] ?? ''}` } : {};
  const selector = query.selector === undefined ? {} : { labelSelector: query.selector };
  const ready = [
    follow<Node>(options, signal, { type: nodes, ...only, ...selector }, (change) => summaries.node(change)),
    follow<NVMeNode>(options, signal, { type: nvmeNodes, ...only, project: slimReport }, (change) =>
      summaries.nvmeNode(change),
    ),
  ];
  if (canReadVolumes) {
    const ours = { type: persistentVolumes, labelSelector: volumeSelector(query.names) };
    ready.push(follow<PersistentVolume>(options, signal, ours, (change) => summaries.volume(change)));
  }
  if (canReadProfiles) {
    const profiles = { type: nvmeProfiles };
    ready.push(follow<NVMeProfile>(options, signal, profiles, (change) => summaries.profile(change)));
  }
  const reflectors = await Promise.all(ready);
  return { summaries, heardAgo: () => Math.min(...reflectors.map((reflector) => reflector.lastEventAge())) };
}

/** Whether the account may list a kind that `status` can do without. */
async function mayList<T>(kube: KubeApi, type: ResourceType<T>): Promise<boolean> {
  try {
    await kube.list(type, { limit: 1 });
    return true;
  } catch (error) {
    if (isForbidden(error) || isUnknownKind(error)) return false;
    throw error;
  }
}

interface Source<T> {
  type: ResourceType<T>;
  labelSelector?: string;
  fieldSelector?: string;
  project?: (object: T) => T;
}

/** Runs a reflector until the signal; resolves after its first list, rejects when the server refuses that. */
async function follow<T>(
  { kube, clock, onChange, onTrouble }: LiveStatusOptions,
  signal: AbortSignal,
  source: Source<T>,
  take: (change: Change<T>) => void,
): Promise<Pick<Reflector<T>, 'lastEventAge'>> {
  const refused = Promise.withResolvers<never>();
  const reflector = new Reflector<T>({
    ...source,
    kube,
    clock,
    onError: (error) => {
      if (isRefusal(error)) refused.reject(error);
      onTrouble(error);
    },
  });
  reflector.subscribe((change) => {
    take(change);
    onChange();
  });
  void reflector.run(signal);
  await Promise.race([reflector.waitForSync(signal), refused.promise]);
  return reflector;
}
