import { absent } from '../../kube/absent.ts';
import type { KubeApi } from '../../kube/api.ts';
import { persistentVolumeClaims, persistentVolumes, type PersistentVolume } from '../../kube/resources.ts';
import type { Host } from '../host/host.ts';
import type { PlannedVolume } from '../plan/planned.ts';
import { decideRecycling, isReleased, type Evidence, type Recycling } from './decide.ts';
import { filesystemUse } from './filesystem-use.ts';
import { rawUse } from './raw-use.ts';

export interface EvidenceSources {
  kube: KubeApi;
  host: Host;
  paused: boolean;
  signal: AbortSignal;
}

/** A released volume, as it was read live, and what becomes of it. */
export interface Released {
  volume: PlannedVolume;
  object: PersistentVolume;
  recycling: Recycling;
}

/**
 * Reads a PersistentVolume live and everything that decides about its cleaning; undefined when it is not a released one.
 * The machine is looked through only where nothing else holds it back.
 */
export async function judgeReleased(
  volume: PlannedVolume,
  name: string,
  sources: EvidenceSources,
): Promise<Released | undefined> {
  const { kube, host, paused, signal } = sources;
  const object = await absent(kube.get(persistentVolumes, name, { signal }));
  if (object === undefined || !isReleased(object)) return undefined;
  const claimUID = paused ? undefined : await claimUIDOf(kube, object, signal);
  const evidence: Evidence = { paused, ...(claimUID === undefined ? {} : { claimUID }) };
  const early = decideRecycling(volume, object, evidence);
  if ('held' in early) return { volume, object, recycling: early };
  const use = await useOf(host, volume, name);
  const recycling = use === undefined ? early : decideRecycling(volume, object, { ...evidence, use });
  return { volume, object, recycling };
}

/** What cannot be looked into may be in use. */
async function useOf(host: Host, volume: PlannedVolume, name: string): Promise<string | undefined> {
  try {
    return await (volume.mode === 'Block' ? rawUse(host, volume, name) : filesystemUse(host, volume));
  } catch (error) {
    return `who uses it cannot be told: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function claimUIDOf(
  kube: KubeApi,
  { spec }: PersistentVolume,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { namespace, name } = spec?.claimRef ?? {};
  if (namespace === undefined || name === undefined) return undefined;
  const claim = await absent(kube.get(persistentVolumeClaims, name, { namespace, signal }));
  return claim?.metadata?.uid;
}
