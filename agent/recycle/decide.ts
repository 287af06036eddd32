import { CLEAN, PROVISIONED_BY, PROVISIONER } from '../../api/keys.ts';
import type { VolumePolicy } from '../../api/profile.ts';
import type { PersistentVolume } from '../../kube/resources.ts';
import type { PlannedVolume } from '../plan/planned.ts';

export type CleanMethod = VolumePolicy['clean'];

/** What is known of the users of a volume whose claim is gone. */
export interface Evidence {
  paused: boolean;
  /** UID of the claim of that name, as it lives now; absent when there is none. */
  claimUID?: string;
  /** Who may still use what the volume hands out, in words. */
  use?: string;
}

/** What becomes of a released volume; `waits` tells that what holds it may pass without anybody telling us. */
export type Recycling = { clean: CleanMethod } | { held: string; waits: boolean };

/** Whether a PersistentVolume is one whose life with a claim is over and whose cleaning is ours. */
export function isReleased({ metadata, status }: PersistentVolume): boolean {
  const own = metadata?.annotations?.[PROVISIONED_BY] === PROVISIONER;
  return own && status?.phase === 'Released' && metadata.deletionTimestamp === undefined;
}

/** Whether a released volume may be cleaned now, and how: design §3.5. In doubt it stays as it is, with the reason. */
export function decideRecycling(
  volume: Pick<PlannedVolume, 'mode'>,
  { metadata, spec }: PersistentVolume,
  { paused, claimUID, use }: Evidence,
): Recycling {
  const policy = spec?.persistentVolumeReclaimPolicy;
  if (policy !== 'Delete') return held(`its reclaim policy is ${policy ?? 'unknown'}: its data is kept`);
  if (paused) return held('the node is paused');
  const { uid, namespace = '', name = '' } = spec?.claimRef ?? {};
  if (uid === undefined) return held('it does not say which claim it belonged to');
  if (claimUID === uid) return held(`its claim ${namespace}/${name} still exists`, true);
  const method = methodOf(volume, metadata?.annotations?.[CLEAN]);
  if (method === undefined) return held(unknownMethod(volume, metadata?.annotations?.[CLEAN]));
  return use === undefined ? { clean: method } : held(use, true);
}

const held = (reason: string, waits = false): Recycling => ({ held: reason, waits });

const METHODS: readonly CleanMethod[] = ['Delete', 'Reformat', 'Discard', 'Zero'];

/** A raw volume has neither files nor a filesystem of ours. */
const RAW_METHODS: readonly CleanMethod[] = ['Discard', 'Zero'];

const methodsOf = ({ mode }: Pick<PlannedVolume, 'mode'>): readonly CleanMethod[] =>
  mode === 'Block' ? RAW_METHODS : METHODS;

function methodOf(volume: Pick<PlannedVolume, 'mode'>, word: string | undefined): CleanMethod | undefined {
  return methodsOf(volume).find((method) => method === word);
}

function unknownMethod(volume: Pick<PlannedVolume, 'mode'>, word: string | undefined): string {
  const expected = methodsOf(volume).join(', ');
  return `its annotation ${CLEAN} is ${word === undefined ? 'missing' : `"${word}"`}, expected one of ${expected}`;
}
