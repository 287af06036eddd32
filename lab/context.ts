import { join } from 'node:path';
import { assetCacheDir, type AssetContext } from './assets/context.ts';

/** What a lab is given from outside: where its state lies and how long its processes live. */
export interface LabContext extends AssetContext {
  /** The folder that holds one folder per lab; see `labsDir`. */
  labsDir: string;
  /**
   * `owner`: every process of the lab ends when the process that started it ends, however it ends.
   * `detached`: the lab stays until `lab down`.
   */
  lifetime: 'owner' | 'detached';
}

/** The XDG state folder of the labs: `$XDG_STATE_HOME/kubectl-nvme/labs`, else below `~/.local/state`. */
export function labsDir(env: AssetContext['env'], home: string): string {
  const base = env.XDG_STATE_HOME;
  return join(
    base !== undefined && base !== '' ? base : join(home, '.local', 'state'),
    'kubectl-nvme',
    'labs',
  );
}

/** A context made from a process's environment; callers that are no `main` pass what they were given. */
export function labContext(from: {
  env: AssetContext['env'];
  home: string;
  progress: AssetContext['progress'];
  signal: AbortSignal;
  lifetime: LabContext['lifetime'];
}): LabContext {
  return {
    cacheDir: assetCacheDir(from.env, from.home),
    labsDir: labsDir(from.env, from.home),
    env: from.env,
    progress: from.progress,
    signal: from.signal,
    lifetime: from.lifetime,
  };
}
