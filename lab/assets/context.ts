import { join } from 'node:path';

/** What every asset builder is given: where to keep things, whom to tell, and when to stop. */
export interface AssetContext {
  /** Outside the checkout, shared by all labs of this user; see `assetCacheDir`. */
  cacheDir: string;
  /** `KUBEBUILDER_ASSETS`, `PATH` and the Go and proxy settings that child processes need. */
  env: Readonly<Record<string, string | undefined>>;
  /** Called with one finished line, without a line end, whenever there is something to tell. */
  progress: (line: string) => void;
  /** Ends the running child processes; what was half built is thrown away. */
  signal: AbortSignal;
}

/** The XDG cache folder of this project: `$XDG_CACHE_HOME/kubectl-nvme`, else `~/.cache/kubectl-nvme`. */
export function assetCacheDir(env: AssetContext['env'], home: string): string {
  const base = env.XDG_CACHE_HOME;
  return join(base !== undefined && base !== '' ? base : join(home, '.cache'), 'kubectl-nvme');
}
