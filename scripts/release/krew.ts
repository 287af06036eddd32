import { stringify } from 'yaml';
import { executable, type Platform } from './platforms.ts';

/** An archive of a release. */
export interface ReleasedArchive {
  platform: Platform;
  uri: string;
  sha256: string;
}

const HOMEPAGE = 'https://github.com/kubectl-nvme/kubectl-nvme';

/** Where a release's archive lies. */
export const archiveUri = (version: string, name: string): string =>
  `${HOMEPAGE}/releases/download/v${version}/${name}`;

/** The plugin's manifest for a krew index, as YAML; it is called `nvme.yaml` there. */
export function krewManifest(version: string, archives: readonly ReleasedArchive[]): string {
  const manifest = {
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: 'nvme' },
    spec: {
      version: `v${version}`,
      homepage: HOMEPAGE,
      shortDescription: 'Show, set up and mend local NVMe drives of nodes',
      description: [
        "Local NVMe drives from a node's birth to its death: which drives are where,",
        'what is wrong with them, and how to set them up, reset and recycle them.',
        'Installs its agent and webhook with "kubectl nvme install".',
      ].join('\n'),
      caveats: [
        'Needs Node.js 22.19 or newer on the PATH.',
        'Shell completion: see "kubectl nvme completion".',
      ].join('\n'),
      platforms: archives.map(({ platform, uri, sha256 }) => ({
        selector: { matchLabels: { os: platform.os, arch: platform.arch } },
        uri,
        sha256,
        bin: executable('kubectl-nvme', platform),
      })),
    },
  };
  return stringify(manifest, { lineWidth: 0 });
}
