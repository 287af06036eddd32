import { READY_BOOT_ID } from '../../api/keys.ts';
import type { KubeApi } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { removeTaints } from '../../kube/edit-node.ts';
import { nodes } from '../../kube/resources.ts';
import type { Logger } from '../../logging/logger.ts';
import type { Host } from '../host/host.ts';

export interface RemoveTaintDependencies {
  host: Host;
  clock: Clock;
  logger: Logger;
  kube: () => Promise<KubeApi>;
}

/**
 * Takes the taints off. The boot ID goes on in the same patch: it keeps the enrol controller from putting the taint back.
 * What cannot be done is said in an Event, where the account may write one, and rejects with NodeEditError or ApiError.
 */
export async function removeTaint(
  { nodeName, taintKeys }: { nodeName: string; taintKeys: readonly string[] },
  { host, clock, logger, kube }: RemoveTaintDependencies,
): Promise<void> {
  const bootID = (await host.readFile('/proc/sys/kernel/random/boot_id')).trim();
  const api = await kube();
  try {
    await removeTaints(api, nodeName, taintKeys, { [READY_BOOT_ID]: bootID });
  } catch (error) {
    await sayStuck(api, nodeName, error, { clock, logger });
    throw error;
  }
  logger.info('taint removed', { node: nodeName, taints: taintKeys });
}

/** Best effort: accounts made for Materialize's tool may write nothing but nodes. */
async function sayStuck(
  kube: KubeApi,
  nodeName: string,
  error: unknown,
  { clock, logger }: Pick<RemoveTaintDependencies, 'clock' | 'logger'>,
): Promise<void> {
  // Only a run that fails needs it, and every run would have to load it.
  const { EventRecorder, eventTarget } = await import('../../kube/events.ts');
  const onError = (cause: unknown): void => logger.warn('Event not written', { error: cause });
  const events = new EventRecorder({ kube, clock, component: 'nvme-agent', instance: nodeName, onError });
  const node = await kube.get(nodes, nodeName).catch(() => ({ metadata: { name: nodeName } }));
  const message = error instanceof Error ? error.message : String(error);
  events.record(eventTarget(nodes, node), 'Warning', 'NVMeTaintStuck', message);
  await events.flush();
}
