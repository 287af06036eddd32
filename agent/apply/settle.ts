import type { Clock } from '../../kube/clock.ts';
import type { Logger } from '../../logging/logger.ts';
import { CommandError, type Host } from '../host/host.ts';
import type { MdAssembleStep, MdCreateStep, Step } from '../plan/step.ts';
import { dropLinks, linkArray } from './array-link.ts';

/** How long udev may take to make the links of a new device: a busy machine took more than ten seconds. */
const LIMIT_MS = 30_000;

/** How long a link to an array is left to udev after it has settled. */
const LINK_MS = 3_000;

const POLL_MS = 100;

/**
 * After a step that makes or changes devices: waits for udev, as well as it can be asked, and for the path that the
 * next steps use. Rejects when that does not come.
 */
export async function settleDevices(
  step: Step,
  { host, clock, logger }: { host: Host; clock: Clock; logger: Logger },
): Promise<void> {
  try {
    await host.run(['udevadm', 'settle', `--timeout=${LIMIT_MS / 1000}`], { timeoutMs: 2 * LIMIT_MS });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    logger.warn('udev could not be waited for; going on with the device path alone', { error });
  }
  if (step.kind === 'md-stop') await dropLinks(host, step.device);
  const path = madeBy(step);
  if (path === undefined) return;
  for (let waited = 0; !(await host.exists(path)); waited += POLL_MS) {
    if (waited === LINK_MS && isOfArray(step)) await linkArray(host, path, step.uuid);
    if (waited >= LIMIT_MS)
      throw new Error(`${step.name}: ${path} did not appear within ${LIMIT_MS / 1000} s`);
    await clock.sleep(POLL_MS);
  }
}

const isOfArray = (step: Step): step is MdCreateStep | MdAssembleStep =>
  step.kind === 'md-create' || step.kind === 'md-assemble';

function madeBy(step: Step): string | undefined {
  switch (step.kind) {
    case 'md-create':
    case 'md-assemble':
      return `/dev/md/${step.arrayName}`;
    case 'crypt-open':
      return `/dev/mapper/${step.mapping}`;
    case 'lv-create':
      return `/dev/${step.vgName}/${step.lvName}`;
    default:
      return undefined;
  }
}
