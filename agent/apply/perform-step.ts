import type { Host } from '../host/host.ts';
import { begins, commandOf, ends } from '../plan/command.ts';
import type { Step } from '../plan/step.ts';
import { checkDevices, contentOf } from './check-device.ts';
import { configureKubelet } from './kubelet/configure.ts';
import { restartKubelet } from './kubelet/restart.ts';
import { restoreKubelet } from './kubelet/restore.ts';
import { isOwnArray } from './own-array.ts';
import { isOwnMapping } from './own-mapping.ts';
import { makeRaw } from './make-raw.ts';
import { makeDataDirectory, performMount, performUnmount } from './perform-mount.ts';
import { performSpdk } from './perform-spdk.ts';
import { setSysctl, switchSwapOff, switchSwapOn } from './perform-swap.ts';
import { RefusedError } from './refused-error.ts';
import { settleDevices } from './settle.ts';
import type { StepContext } from './step-context.ts';

/** Generous: the programs discard nothing and are done in seconds; one that hangs must not hold the lock for ever. */
const TIMEOUT_MS = 600_000;

/**
 * Does one step, or finds it done. Each device is checked right before it is written to. Killed at any moment it leaves
 * something that planning finds again: not begun, half-made under our UUID, or done.
 */
export async function performStep(step: Step, context: StepContext): Promise<void> {
  const { host } = context;
  switch (step.kind) {
    case 'mount':
      return performMount(host, step);
    case 'unmount':
      return performUnmount(host, step);
    case 'make-data-directory':
      return makeDataDirectory(host, step);
    case 'hugepages':
    case 'recount-hugepages':
    case 'load-driver':
    case 'pci-bind':
    case 'pci-release':
    case 'forget-handover':
      return performSpdk(step, context);
    case 'swapon':
      return switchSwapOn(host, step);
    case 'swapoff':
      return switchSwapOff(host, step);
    case 'set-sysctl':
      return setSysctl(host, step);
    case 'configure-kubelet':
      return configureKubelet(context, step);
    case 'restart-kubelet':
      return restartKubelet(context, step);
    case 'restore-kubelet':
      return restoreKubelet(context, step);
    default:
      if (await isDone(host, step)) return;
      await checkMapping(host, step);
      await checkDevices(host, step);
      await write(step, context);
      return settleDevices(step, context);
  }
}

/** Only what is cheap to see and what somebody else, such as udev, may have done since the plan. */
async function isDone(host: Host, step: Step): Promise<boolean> {
  switch (step.kind) {
    case 'md-assemble':
      return isOwnArray(host, `/dev/md/${step.arrayName}`, step.uuid);
    case 'md-stop':
      return !(await isOwnArray(host, step.device, step.uuid));
    case 'crypt-open':
      return isOwnMapping(host, `/dev/mapper/${step.mapping}`, step.device);
    case 'crypt-close':
      return !(await isOwnMapping(host, `/dev/mapper/${step.mapping}`, step.device));
    case 'wipe-signatures':
      return (await contentOf(host, step.device)) === undefined;
    default:
      return false;
  }
}

/** A drive is encrypted only behind our mark, and swap is made only on our mapping over its drive. */
async function checkMapping(host: Host, step: Step): Promise<void> {
  if (step.kind === 'crypt-open' && (await contentOf(host, step.device))?.uuid !== step.uuid) {
    throw new RefusedError(step.device, `it does not carry our mark ${step.uuid}`);
  }
  if (step.kind !== 'mkswap' || step.mappingOf === undefined) return;
  if (await isOwnMapping(host, step.device, step.mappingOf)) return;
  throw new RefusedError(step.device, `the encryption of ${step.mappingOf} is not there`);
}

/** What a step makes is on record as begun for exactly as long as it may be half-made. */
async function write(step: Step, context: StepContext): Promise<void> {
  const { host, begun } = context;
  for (const uuid of begins(step)) await begun.begin(uuid);
  if (step.kind === 'make-raw') await makeRaw(step, context);
  else await host.run(commandOf(step), { writes: true, timeoutMs: TIMEOUT_MS });
  for (const uuid of ends(step)) await begun.end(uuid);
}
