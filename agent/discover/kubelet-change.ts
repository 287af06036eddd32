import type { KubeletChange } from '../../api/snapshot.ts';
import { KUBELET_CONFIG_KINDS } from '../../api/snapshot.ts';

/**
 * Host file about a change of the kubelet's configuration: written durably before the first file is changed, and kept as
 * long as the change is. After a crash it says what to see through, and to a reset what the files held before.
 */
export const KUBELET_CHANGE_PATH = '/var/lib/kubectl-nvme/kubelet-change.json';

export interface KubeletChangeRecord extends KubeletChange {
  /** Files with their text before the change, null for those that were not there, and the text that they got. */
  before: { path: string; text: string | null; wrote: string }[];
  /** Boot in which it happened: a change that was taken back is tried again in the next one. */
  bootID: string;
}

/** Text of the file; undefined for no change. */
export const formatKubeletChange = (record: KubeletChangeRecord | undefined): string =>
  `${JSON.stringify(record ?? null)}\n`;

/** Throws SyntaxError or TypeError when the file is damaged. */
export function parseKubeletChange(text: string): KubeletChangeRecord | undefined {
  const value = JSON.parse(text) as Partial<KubeletChangeRecord> | null;
  if (value === null) return undefined;
  const { state, how, path, unit, before, bootID, message } = value;
  const known = KUBELET_CONFIG_KINDS.find((kind) => kind === how);
  const sound = state === 'Unfinished' || state === 'TakenBack' || state === 'Done';
  if (!sound || known === undefined || !Array.isArray(before) || !path || !unit || bootID === undefined) {
    throw new TypeError(`Expected a change in ${KUBELET_CHANGE_PATH}, got \`${text.slice(0, 80)}\``);
  }
  return { state, how: known, path, unit, before, bootID, ...(message === undefined ? {} : { message }) };
}

/** What planning needs of it: without the files' texts, and without one that an earlier boot took back. */
export function pendingChange(
  record: KubeletChangeRecord | undefined,
  bootID: string,
): KubeletChange | undefined {
  if (record === undefined || (record.state === 'TakenBack' && record.bootID !== bootID)) return undefined;
  const { state, how, path, unit, message } = record;
  return { state, how, path, unit, ...(message === undefined ? {} : { message }) };
}
