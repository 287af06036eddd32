import { CommandError } from '../host/host.ts';
import type { MdAssembleStep, MdCreateStep, Step } from '../plan/step.ts';
import { dropLinks, leadsToArray, linkArray } from './array-link.ts';
import type { StepContext } from './step-context.ts';

/** How long udev may take to make the links of a new device: a busy machine took more than ten seconds. */
const LIMIT_MS = 30_000;

const POLL_MS = 100;

type Context = Pick<StepContext, 'host' | 'clock' | 'logger'>;

/**
 * After a step that makes or changes devices: waits for the path that the next steps use, and after one that takes
 * something off for udev, which may still be about to put an array together that is gone. Rejects when the path does
 * not come.
 */
export async function settleDevices(step: Step, context: Context): Promise<void> {
  const path = madeBy(step);
  if (path !== undefined) return waitForPath(step, path, context);
  if (!takesOff(step)) return;
  await settleUdev(context);
  if (step.kind === 'md-stop') await dropLinks(context.host, step.device);
}

async function waitForPath(step: Step, path: string, context: Context): Promise<void> {
  const { host, clock } = context;
  const array = isOfArray(step) ? step.uuid : undefined;
  const isThere = () => (array === undefined ? host.exists(path) : leadsToArray(host, path, array));
  if (await isThere()) return;
  await settleUdev(context);
  if (array !== undefined && !(await isThere())) await linkArray(host, path, array);
  for (let waited = 0; !(await isThere()); waited += POLL_MS) {
    if (waited >= LIMIT_MS)
      throw new Error(`${step.name}: ${path} did not appear within ${LIMIT_MS / 1000} s`);
    await clock.sleep(POLL_MS);
  }
}

/** As well as it can be asked. */
async function settleUdev({ host, logger }: Context): Promise<void> {
  try {
    await host.run(['udevadm', 'settle', `--timeout=${LIMIT_MS / 1000}`], { timeoutMs: 2 * LIMIT_MS });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    logger.warn('udev could not be waited for; going on with the device path alone', { error });
  }
}

const TAKES_OFF: ReadonlySet<Step['kind']> = new Set([
  'md-stop',
  'wipe-signatures',
  'make-raw',
  'lv-remove',
  'vg-remove',
  'crypt-close',
] as const);

const takesOff = ({ kind }: Step): boolean => TAKES_OFF.has(kind);

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
