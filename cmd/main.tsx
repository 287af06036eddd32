import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { runProgram } from './cli/run-program.ts';
import type { FlagValues } from './cli/flag.ts';
import type { Terminal } from './cli/verb.ts';
import { Interrupted } from './errors/exit.ts';
import type { ManifestBundle } from './install/bundle.ts';
import { systemClock } from '../kube/system-clock.ts';

const clock = systemClock();
const interruption = new AbortController();

// Ctrl-C lets the verb say goodbye; a second one does not wait for it.
process.on('SIGINT', () => {
  if (interruption.signal.aborted) process.exit(130);
  interruption.abort(new Interrupted('interrupted'));
});
// `kubectl nvme status | head -1` closes the pipe early; that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});

/** The whole job of the shell stops, as it does where the terminal itself takes the key. */
function suspend(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGCONT', () => resolve());
    process.kill(0, 'SIGTSTP');
  });
}

function terminal(): { terminal: Terminal } | object {
  const { TERM, NO_COLOR = '' } = process.env;
  if (!process.stdin.isTTY || !process.stdout.isTTY || TERM === 'dumb') return {};
  const { stdin, stdout, platform } = process;
  const color = NO_COLOR === '';
  return { terminal: { stdin, stdout, color, ...(platform === 'win32' ? {} : { suspend }) } };
}

async function connect(flags: FlagValues) {
  const [{ loadClusterConfig }, { createKubeApi }, { connectionFlags, requestTimeout }, { userAgent }] =
    await Promise.all([
      import('../kube/config.ts'),
      import('../kube/client.ts'),
      import('./cli/connect.ts'),
      import('./cli/version.ts'),
    ]);
  const timeout = requestTimeout(flags);
  const canAsk = process.stdin.isTTY;
  const config = await loadClusterConfig({ env: process.env, flags: connectionFlags(flags), canAsk });
  // A person may take longer to sign in than a request may.
  if (canAsk) await config.credentials.current();
  const kube = createKubeApi(config, {
    clock,
    userAgent: userAgent(),
    onWarning: (text) => process.stderr.write(`Warning: ${text}\n`),
    ...(timeout === undefined ? {} : { defaultTimeoutMs: timeout }),
  });
  return { kube, host: new URL(config.server).host, namespace: config.namespace };
}

/** Written beside the bundle by the build. */
async function bundle(): Promise<ManifestBundle> {
  const path = join(import.meta.dirname, 'manifests.json');
  return JSON.parse(await readFile(path, 'utf8')) as ManifestBundle;
}

const exitCode = await runProgram(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  clock,
  signal: interruption.signal,
  newID: () => randomUUID(),
  connect,
  bundle,
  readText: (path) => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')),
  ...terminal(),
});
// Idle keep-alive connections would hold the process; the empty write waits until a pipe has taken everything.
process.stdout.write('', () => process.exit(exitCode));
