import { dirname } from 'node:path';
import {
  formatKubeletChange,
  KUBELET_CHANGE_PATH,
  parseKubeletChange,
  type KubeletChangeRecord,
} from '../../discover/kubelet-change.ts';
import { orAbsent } from '../../discover/reads.ts';
import type { Host } from '../../host/host.ts';

/** The change of the kubelet's configuration on record; rejects when the record is damaged. */
export async function readChange(host: Host): Promise<KubeletChangeRecord | undefined> {
  return parseKubeletChange(await orAbsent(host.readFile(KUBELET_CHANGE_PATH), 'null'));
}

/** Resolves once the record would survive a power cut. */
export async function writeChange(host: Host, record: KubeletChangeRecord | undefined): Promise<void> {
  await putFile(host, KUBELET_CHANGE_PATH, formatKubeletChange(record));
}

/** Writes a file whole, whether its directory is there or not. */
export async function putFile(host: Host, path: string, text: string): Promise<void> {
  await host.makeDirectory(dirname(path));
  await host.writeFile(path, text);
}
