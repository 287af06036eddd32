import { CLEANUP_CONFIG_MAP } from '../../../api/keys.ts';
import type { KubeApi } from '../../../kube/api.ts';
import { isAlreadyExists, isNotFound } from '../../../kube/errors.ts';
import { configMaps } from '../../../kube/resources.ts';
import { recordData, type CleanupRecord } from '../../../orphans/record.ts';

/** Stores the record without touching what people wrote beside it; makes the ConfigMap when it is missing. */
export async function writeRecord(
  kube: KubeApi,
  namespace: string,
  record: CleanupRecord,
  signal: AbortSignal,
): Promise<void> {
  const data = recordData(record);
  const options = { namespace, signal };
  const patch = (): Promise<unknown> =>
    kube.patch(configMaps, CLEANUP_CONFIG_MAP, { type: 'merge', body: { data } }, options);
  try {
    await patch();
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: CLEANUP_CONFIG_MAP, namespace },
      data,
    };
    await kube.create(configMaps, object, options).catch(async (racing: unknown) => {
      if (!isAlreadyExists(racing)) throw racing;
      await patch();
    });
  }
}
