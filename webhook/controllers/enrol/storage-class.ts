import { withDefaults } from '../../../api/defaults.ts';
import { MANAGED_BY, MANAGED_BY_LABEL, PROVISIONER } from '../../../api/keys.ts';
import type { NVMeProfile, NVMeProfileSpec } from '../../../api/profile.ts';
import { publishesVolumes } from '../../../api/publishes-volumes.ts';
import type { StorageClass } from '../../../kube/resources.ts';

/** What is to be done about the StorageClass that profiles name. */
export type StorageClassDecision =
  | { kind: 'none' }
  | { kind: 'create'; object: StorageClass }
  /** It is there and a person must mend it: a StorageClass cannot be changed, and is perhaps not ours. */
  | { kind: 'finding'; message: string };

/** Decides about one class; the first profile by name that wants it gives its reclaim policy. */
export function decideStorageClass(
  name: string,
  profiles: Iterable<NVMeProfile>,
  existing: StorageClass | undefined,
): StorageClassDecision {
  const wanting = [...profiles]
    .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
    .map(({ spec }) => withDefaults(spec))
    .find((spec) => publishesVolumes(spec) && spec.volumes.storageClassName === name);
  if (wanting === undefined) return { kind: 'none' };
  if (existing === undefined) return { kind: 'create', object: storageClass(wanting) };
  return existing.volumeBindingMode === 'WaitForFirstConsumer'
    ? { kind: 'none' }
    : { kind: 'finding', message: immediateBinding(name) };
}

const immediateBinding = (name: string): string =>
  `StorageClass ${name} binds claims at once, before their pod has a node: a claim may bind a volume of a node where the pod cannot run. ` +
  'Make it anew with volumeBindingMode: WaitForFirstConsumer, or name another class in the profile';

function storageClass({ volumes }: NVMeProfileSpec): StorageClass {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: volumes.storageClassName, labels: { [MANAGED_BY_LABEL]: MANAGED_BY } },
    provisioner: PROVISIONER,
    reclaimPolicy: volumes.reclaimPolicy,
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: false,
  };
}
