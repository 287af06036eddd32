import { orAbsent } from '../../discover/reads.ts';
import type { Host } from '../../host/host.ts';
import type { ConfigureKubeletStep } from '../../plan/swap-step.ts';
import { ONLY_LIMITED_SWAP, SAYS_NOTHING, withLimitedSwap } from './edit-config.ts';

/** A file as it is, null when it is not there, and as it should be. */
export interface FileChange {
  path: string;
  before: string | null;
  after: string;
}

/** Drop-in of the kubelet's unit, after those that its distribution makes. */
const UNIT_DROP_IN = '/etc/systemd/system/kubelet.service.d/99-kubectl-nvme-swap.conf';

/** What a step wants to be in files, where it is not there yet. Rejects with KubeletConfigError. */
export async function changesFor(host: Host, step: ConfigureKubeletStep): Promise<FileChange[]> {
  const wanted = await wantedFiles(host, step);
  return wanted.filter(({ before, after }) => before !== after);
}

async function wantedFiles(host: Host, { how, path }: ConfigureKubeletStep): Promise<FileChange[]> {
  switch (how) {
    case 'file':
      return [await edited(host, path)];
    case 'drop-in':
      return [{ path, before: await textOf(host, path), after: ONLY_LIMITED_SWAP }];
    case 'variable': {
      const after = `[Service]\nEnvironment="KUBELET_CONFIG_FILE_FLAGS=--config ${path}"\n`;
      return [
        await edited(host, path),
        { path: UNIT_DROP_IN, before: await textOf(host, UNIT_DROP_IN), after },
      ];
    }
    case 'bottlerocket':
      return [];
  }
}

async function edited(host: Host, path: string): Promise<FileChange> {
  const before = await textOf(host, path);
  return { path, before, after: await withLimitedSwap(path, before ?? '') };
}

const textOf = (host: Host, path: string): Promise<string | null> => orAbsent(host.readFile(path), null);

/** What a file gets back. One that was not there stays, and says nothing. */
export const textBefore = ({ path, text }: { path: string; text: string | null }): string =>
  text ?? (path === UNIT_DROP_IN ? '# Taken back by nvme-agent.\n' : SAYS_NOTHING);
