import { CLEANUP_APPROVED, CLEANUP_CONFIG_MAP } from '../../api/keys.ts';
import type { KubeApi } from '../../kube/api.ts';
import { isConflict } from '../../kube/errors.ts';
import { configMaps, type ConfigMap } from '../../kube/resources.ts';
import { readApproved } from '../../orphans/record.ts';

const ATTEMPTS = 4;

/**
 * Adds PV UIDs to those that people released; nvme-webhook sees it at once. UIDs of volumes that exist no more are
 * dropped. Only the version that was read is changed, so that two people at once lose nothing.
 */
export async function approve(
  kube: KubeApi,
  found: ConfigMap,
  uids: readonly string[],
  existing: ReadonlySet<string>,
): Promise<void> {
  const namespace = found.metadata?.namespace ?? '';
  for (let attempt = 1; ; attempt += 1) {
    const map = attempt === 1 ? found : await kube.get(configMaps, CLEANUP_CONFIG_MAP, { namespace });
    const kept = [...readApproved(map)].filter((uid) => existing.has(uid));
    const body = {
      metadata: { resourceVersion: map.metadata?.resourceVersion },
      data: { [CLEANUP_APPROVED]: JSON.stringify([...new Set([...kept, ...uids])].sort()) },
    };
    try {
      await kube.patch(configMaps, CLEANUP_CONFIG_MAP, { type: 'merge', body }, { namespace });
      return;
    } catch (error) {
      if (!isConflict(error) || attempt === ATTEMPTS) throw error;
    }
  }
}
