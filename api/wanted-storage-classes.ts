import { withDefaults } from './defaults.ts';
import type { NVMeProfile } from './profile.ts';
import { publishesVolumes } from './publishes-volumes.ts';

/** Names of the StorageClasses that the profiles' layouts publish volumes in. */
export function wantedStorageClasses(profiles: Iterable<NVMeProfile>): Set<string> {
  const specs = [...profiles].map(({ spec }) => withDefaults(spec));
  return new Set(specs.filter(publishesVolumes).map(({ volumes }) => volumes.storageClassName));
}
