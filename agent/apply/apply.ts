import type { Clock } from '../../kube/clock.ts';
import type { Logger } from '../../logging/logger.ts';
import { CommandError, type Host } from '../host/host.ts';
import { commandOf } from '../plan/command.ts';
import type { Step } from '../plan/step.ts';
import { BegunRegister } from './begun-register.ts';
import type { NodeStatus } from './kubelet/kubelet-up.ts';
import { performStep } from './perform-step.ts';
import { PlanChangedError } from './plan-changed-error.ts';
import { Progress, type OnProgress } from './progress.ts';
import { RefusedError } from './refused-error.ts';
import { runSteps } from './run-steps.ts';
import { SpdkRegister } from './spdk-register.ts';
import { refuseDrivesOfOthers, type Refusing } from './writers.ts';

export type { StepProgress } from './progress.ts';

export interface ApplyOptions {
  host: Host;
  clock: Clock;
  logger: Logger;
  /** No step begins after it has aborted; those that run are let end. */
  signal: AbortSignal;
  /** ID of the plan that the steps are of. */
  planID: string;
  /** Plans anew from what is there now; called once, with the write lock held. */
  verify: () => Promise<string>;
  /** What the cluster says of the node; absent where nobody may ask it. */
  nodeStatus?: NodeStatus;
  /** Told of steps as they begin. */
  onProgress?: OnProgress;
  /** How long to wait for the host's write lock; 30 s by default. */
  lockTimeoutMs?: number;
}

/** How long others are waited for by default. */
export const LOCK_TIMEOUT_MS = 30_000;

/**
 * Does the steps under the host's write lock, if they still are what would be planned. Rejects with PlanChangedError or
 * LockTimeoutError before anything was written; with the first failed step's error (RefusedError, CommandError), or
 * with a RefusedError in place of a CommandError, once all steps that could go on have ended.
 */
export async function applySteps(steps: readonly Step[], options: ApplyOptions): Promise<void> {
  if (steps.length === 0) return;
  const { host, signal, lockTimeoutMs = LOCK_TIMEOUT_MS } = options;
  signal.throwIfAborted();
  await host.withWriteLock(lockTimeoutMs, async () => {
    const [found, refuseOthers] = await Promise.all([options.verify(), refuseDrivesOfOthers(host, steps)]);
    if (found !== options.planID) throw new PlanChangedError(options.planID, found);
    await performAll(steps, options, refuseOthers);
  });
}

/** Does the steps of a plan that was made under the write lock, which is held still. Rejects as applySteps. */
export async function performAll(
  steps: readonly Step[],
  options: Omit<ApplyOptions, 'planID' | 'verify' | 'lockTimeoutMs'>,
  refusing?: Refusing,
): Promise<void> {
  const refuseOthers = refusing ?? (await refuseDrivesOfOthers(options.host, steps));
  const begun = await BegunRegister.open(options.host);
  let register: Promise<SpdkRegister> | undefined;
  const spdk = (): Promise<SpdkRegister> => (register ??= SpdkRegister.open(options.host));
  const progress = new Progress(steps.length, options);
  const failed = await runSteps(steps, async (step) => {
    options.signal.throwIfAborted();
    await progress.begin(step);
    options.signal.throwIfAborted();
    await timed(step, options, async () => {
      refuseOthers(step);
      await performStep(step, { ...options, begun, spdk });
    });
  });
  await progress.end();
  const [first] = failed;
  if (first === undefined) return;
  // That a device must not be written to outlives the round; a program that failed is tried again.
  const refused = failed.find(({ error }) => error instanceof RefusedError);
  throw first.error instanceof CommandError && refused ? refused.error : first.error;
}

/** Logs how a step went and how long it took. */
async function timed(
  step: Step,
  { clock, logger }: Pick<ApplyOptions, 'clock' | 'logger'>,
  perform: () => Promise<void>,
): Promise<void> {
  const began = clock.now();
  const told = () => ({
    step: step.name,
    command: commandOf(step).join(' '),
    seconds: (clock.now() - began) / 1000,
  });
  try {
    await perform();
    logger.info('step done', told());
  } catch (error) {
    logger.error('step failed', { ...told(), error });
    throw error;
  }
}
