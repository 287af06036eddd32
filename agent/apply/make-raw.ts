import { digestOf, sampleDevice } from '../discover/sample.ts';
import { formatMark, MARK_BYTES } from '../discover/mark.ts';
import { CommandError, type Host } from '../host/host.ts';
import type { Logger } from '../../logging/logger.ts';
import { commandOf } from '../plan/command.ts';
import type { MakeRawStep } from '../plan/step.ts';

/** A discard of a whole drive is a matter of seconds; some drives take minutes. */
const TIMEOUT_MS = 600_000;

/**
 * Leaves a drive so that set-up may take it without asking. A discard does that on drives that read zeros afterwards; any
 * other gets a mark, because to overwrite all of it would take hours.
 */
export async function makeRaw(
  step: MakeRawStep,
  { host, logger }: { host: Host; logger: Logger },
): Promise<void> {
  const { device, bytes, uuid } = step;
  await discard(step, host, logger);
  if ((await sampleDevice(host, device, bytes, uuid)).constant !== null) return;
  const digest = await digestOf(host, device, bytes, uuid);
  const size = [`bs=${MARK_BYTES}`, 'count=1', 'iflag=fullblock'];
  await host.run(['dd', `of=${device}`, ...size, 'conv=notrunc,fsync', 'status=none'], {
    writes: true,
    timeoutMs: TIMEOUT_MS,
    input: formatMark({ uuid, digest }),
  });
}

/** Many virtual drives know no discard; the mark does for them. */
async function discard(step: MakeRawStep, host: Host, logger: Logger): Promise<void> {
  try {
    await host.run(commandOf(step), { writes: true, timeoutMs: TIMEOUT_MS });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    logger.warn('the drive was not discarded; it is marked instead', { device: step.device, error });
  }
}
