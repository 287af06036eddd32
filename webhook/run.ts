import { serveHealth } from './health.ts';
import { createRegistry } from './metrics.ts';
import type { WebhookOptions } from './options.ts';
import { assemble, type Surroundings } from './parts.ts';

export interface RunContext extends Surroundings {
  /** Aborts when the program is to end. */
  signal: AbortSignal;
}

/** How long running requests and the last Events may take at the end. */
const END_MS = 5_000;

/**
 * The whole program: serves until the signal aborts, then drains and resolves. Rejects with LeadershipLost when another
 * replica took over, and when the health port is taken.
 */
export async function run(options: WebhookOptions, context: RunContext): Promise<void> {
  const { clock, logger, signal } = context;
  const registry = createRegistry();
  const parts = assemble(options, context, registry);
  let draining = false;
  const health = await serveHealth({
    port: options.healthPort,
    host: options.bindAddress,
    registry,
    stuck: () => parts.stuck(),
    notReady: () => [...(draining ? ['draining'] : []), ...parts.notReady()],
  });
  const { namespace } = options;
  logger.info('started', { healthPort: health.port, namespace, identity: parts.identity });

  const failed = new AbortController();
  const ending = AbortSignal.any([signal, failed.signal]);
  const ended = parts.run(ending).catch((error: unknown) => failed.abort(error));
  await untilAborted(ending);

  draining = true;
  logger.info('ending');
  // Endpoints and load balancers need a moment to see that we are not ready; until then requests still come.
  if (parts.admission && signal.aborted) await clock.sleep(options.drainDelay);
  await parts.admission?.close(END_MS);
  await Promise.race([ended.then(() => parts.recorder.flush()), clock.sleep(END_MS)]);
  await health.close();
  if (!signal.aborted) throw failed.signal.reason;
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
