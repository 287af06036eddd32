import type { Clock } from '../../kube/clock.ts';
import type { Logger } from '../../logging/logger.ts';
import { CommandError, type Host } from '../host/host.ts';
import { commandOf } from '../plan/command.ts';
import type { Step } from '../plan/step.ts';
import { BegunRegister } from './begun-register.ts';
import type { NodeStatus } from './kubelet/kubelet-up.ts';
import { performStep } from './perform-step.ts';
import { PlanChangedError } from './plan-changed-error.ts';
import { RefusedError } from './refused-error.ts';
import { runSteps } from './run-steps.ts';
import { SpdkRegister } from './spdk-register.ts';
import { refuseDrivesOfOthers, type Refusing } from './writers.ts';

/** A step that begins now: the `step`-th of `of`, for people. */
export interface StepProgress {
  step: number;
  of: number;
  name: string;
}

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
  /** Told right before each step; what it throws is logged and changes nothing. */
  onProgress?: (progress: StepProgress) => void | Promise<void>;
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
  const announce = announcer(steps.length, options);
  const failed = await runSteps(steps, async (step) => {
    options.signal.throwIfAborted();
    await announce(step);
    options.signal.throwIfAborted();
    await timed(step, options, async () => {
      refuseOthers(step);
      await performStep(step, { ...options, begun, spdk });
    });
  });
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

/** Progress is for people: a cluster that cannot be told must not stop the work half-way. */
function announcer(
  of: number,
  { onProgress, logger }: Pick<ApplyOptions, 'onProgress' | 'logger'>,
): (step: Step) => Promise<void> {
  let started = 0;
  return async ({ name }) => {
    started += 1;
    try {
      await onProgress?.({ step: started, of, name });
    } catch (error) {
      logger.warn('progress could not be told', { error });
    }
  };
}
