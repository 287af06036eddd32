import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ManifestBundle } from '../../cmd/install/bundle.ts';
import { readManifest, renderKustomization } from './kustomize.ts';

/** What the plugin brings to install, read from `manifests/`: the one source that `kubectl apply -k` uses too. */
export function manifestBundle(manifests: string): ManifestBundle {
  const examples = readdirSync(join(manifests, 'examples')).filter((name) => name.endsWith('.yaml'));
  const profiles = examples.sort().flatMap((file) => {
    const found = readManifest(join(manifests, 'examples', file));
    return found
      .filter(({ kind }) => kind === 'NVMeProfile')
      .map((object) => [basename(file, '.yaml'), object]);
  });
  return {
    base: renderKustomization(join(manifests, 'base')),
    admissionPolicy: renderKustomization(join(manifests, 'overlays', 'admission-policy')),
    lateBinding: renderKustomization(join(manifests, 'overlays', 'late-binding')),
    profiles: Object.fromEntries(profiles) as ManifestBundle['profiles'],
  };
}
