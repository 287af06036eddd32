/** A machine that the plugin runs on, in Go's words, which are krew's too. */
export interface Platform {
  os: 'linux' | 'darwin' | 'windows';
  arch: 'amd64' | 'arm64';
}

export const PLATFORMS: readonly Platform[] = (['linux', 'darwin', 'windows'] as const).flatMap((os) =>
  (['amd64', 'arm64'] as const).map((arch) => ({ os, arch })),
);

/** The plugin and its completion: what a user's machine gets. */
export const PLUGIN_PROGRAMS = ['kubectl-nvme', 'kubectl_complete-nvme'] as const;

/** `kubectl-nvme.exe`, where the platform wants it. */
export const executable = (program: string, { os }: Platform): string =>
  os === 'windows' ? `${program}.exe` : program;

/** Name of a platform's archive in a release. */
export const archiveName = (version: string, { os, arch }: Platform): string =>
  `kubectl-nvme-v${version}-${os}-${arch}.tar.gz`;
