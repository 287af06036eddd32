import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../kube/clock.ts';
import type { KubeApi } from '../../kube/api.ts';
import { runProgram } from '../../cmd/cli/run-program.ts';
import type { Terminal } from '../../cmd/cli/verb.ts';
import { manifestBundle } from '../../scripts/manifests/bundle.ts';

const MANIFESTS = join(import.meta.dirname, '..', '..', 'manifests');

export interface Outcome {
  exitCode: number;
  stdout: string;
  stderr: string;
}

export interface ProgramOptions {
  kube: KubeApi;
  clock: Clock;
  signal?: AbortSignal;
  terminal?: Terminal;
  /** Called with everything that is written, for tests that act in the middle. */
  onWrite?: (text: string) => void;
}

/** Runs a command line of the plugin against a pretended cluster, without a terminal unless one is given. */
export async function kubectlNVMe(argv: readonly string[], options: ProgramOptions): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  let ids = 0;
  const stream = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
      options.onWrite?.(text);
    },
  });
  const exitCode = await runProgram(argv, {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    clock: options.clock,
    signal: options.signal ?? new AbortController().signal,
    ...(options.terminal ? { terminal: options.terminal } : {}),
    newID: () => `request-${(ids += 1)}`,
    connect: () =>
      Promise.resolve({ kube: options.kube, host: 'cluster.example:6443', namespace: 'default' }),
    bundle: () => Promise.resolve(manifestBundle(MANIFESTS)),
    readText: (path) => readFile(path, 'utf8'),
  });
  return { exitCode, ...written };
}
