import { systemClock } from '../../kube/system-clock.ts';
import { configOfLine } from './config-of-line.ts';
import { runCompletion } from './run-completion.ts';

const clock = systemClock();

async function connect(line: readonly string[]) {
  const [{ loadClusterConfig }, { createKubeApi }, { connectionFlags }, { userAgent }] = await Promise.all([
    import('../../kube/config.ts'),
    import('../../kube/client.ts'),
    import('../cli/connect.ts'),
    import('../cli/version.ts'),
  ]);
  const flags = connectionFlags(configOfLine(line));
  const config = await loadClusterConfig({ env: process.env, flags });
  return createKubeApi(config, { clock, userAgent: userAgent() });
}

const answer = await runCompletion(process.argv.slice(2), { clock, connect });
process.stdout.write(answer, () => process.exit(0));
