import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { systemClock } from '../kube/system-clock.ts';
import { createLogger } from '../logging/logger.ts';
import { runPlan } from './cli/plan.ts';
import { runSnapshot } from './cli/snapshot.ts';
import { argumentsOf } from './cli/user-data.ts';
import { agentCommand, type AgentOperation } from './command-line.ts';
import { createHost } from './host/real-host.ts';
import { rootMountOf } from './host/root-mount.ts';
import { seeDevices } from './host/see-devices.ts';
import { setUpOnce } from './one-shot/set-up.ts';

declare const __VERSION__: string;

const clock = systemClock();
const bound = { program: 'nvme-agent', ...(process.env.NODE_NAME ? { node: process.env.NODE_NAME } : {}) };
const logger = createLogger((line) => process.stderr.write(line), clock, bound);
const stop = new AbortController();
for (const name of ['SIGTERM', 'SIGINT'] as const) {
  process.on(name, () => {
    if (stop.signal.aborted) process.exit(1);
    stop.abort(new Error(name));
  });
}

/** A one-shot run that asks no cluster does not wait for the client's code; on a small machine that is most of its start. */
async function kube() {
  const [{ createKubeApi }, { loadClusterConfig }] = await Promise.all([
    import('../kube/client.ts'),
    import('../kube/config.ts'),
  ]);
  const config = await loadClusterConfig({ env: process.env });
  return createKubeApi(config, { clock, userAgent: `nvme-agent/${__VERSION__}` });
}

const rootMount = rootMountOf(existsSync);
const host = createHost({ rootMount, env: process.env, clock });

async function carryOut(operation: AgentOperation): Promise<number> {
  const { signal } = stop;
  const onDrives = operation.kind !== 'plan' && operation.kind !== 'sleep';
  if (onDrives) await seeDevices(rootMount, { env: process.env, clock }, signal);
  switch (operation.kind) {
    case 'run': {
      const { runAgent } = await import('./run/run.ts');
      await runAgent(
        { ...operation, version: __VERSION__ },
        { kube: await kube(), host, clock, logger, env: process.env },
        signal,
      );
      return 0;
    }
    case 'set-up':
      await setUpOnce(operation.options, { host, clock, logger, kube, signal });
      return 0;
    case 'snapshot':
      return await runSnapshot({ seed: String(clock.now()) }, { host, stdout: process.stdout });
    case 'plan':
      return await runPlan(operation.options, {
        stdout: process.stdout,
        readFile: (path) => readFile(path, 'utf8'),
      });
    case 'sleep':
      await clock.sleep(2 ** 31 - 1, signal).catch(() => undefined);
      return 0;
  }
}

let operation: AgentOperation | undefined;
try {
  const args = await argumentsOf(process.argv.slice(2), (path) => readFile(path, 'utf8'));
  const choose = (chosen: AgentOperation): void => void (operation = chosen);
  agentCommand({ version: __VERSION__, env: process.env }, choose).parse(args, { from: 'user' });
  process.exitCode = operation === undefined ? 1 : await carryOut(operation);
} catch (error) {
  logger.error('nvme-agent ends', { error });
  process.exitCode = stop.signal.aborted ? 0 : 1;
}
process.exit();
