// nvme-webhook: wires process, clock, streams and API client together; decides nothing.
import { loadClusterConfig } from '../kube/config.ts';
import { AnswerCounts } from '../kube/answer-counts.ts';
import { createKubeApi } from '../kube/client.ts';
import { systemClock } from '../kube/system-clock.ts';
import { createLogger } from '../logging/logger.ts';
import { webhookCommand, type WebhookOptions } from './options.ts';
import { run } from './run.ts';
import { version } from './version.ts';

const clock = systemClock();
const logger = createLogger((line) => process.stdout.write(line), clock);
const stop = new AbortController();

for (const name of ['SIGTERM', 'SIGINT'] as const) {
  process.on(name, () => {
    if (stop.signal.aborted) process.exit(1);
    logger.info('asked to end', { signal: name });
    stop.abort(new Error(name));
  });
}

async function start(options: WebhookOptions): Promise<void> {
  const { kubeconfig, context } = options;
  const flags = {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(context === undefined ? {} : { context }),
  };
  const config = await loadClusterConfig({ env: process.env, flags });
  const answers = new AnswerCounts();
  const onAnswer = answers.add.bind(answers);
  const kube = createKubeApi(config, { clock, userAgent: `nvme-webhook/${version()}`, onAnswer });
  await run(options, { kube, clock, logger, answers, signal: stop.signal });
}

try {
  await webhookCommand(process.env, start).parseAsync();
  process.exit(0);
} catch (error) {
  logger.error('ended by an error', { error });
  process.exit(1);
}
