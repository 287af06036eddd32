import { withDefaults } from '../../api/defaults.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../../api/meta.ts';
import type { NVMeProfile, NVMeProfileSpec } from '../../api/profile.ts';
import type { Node } from '../../kube/resources.ts';
import { age } from '../print/age.ts';
import type { Printable } from '../print/objects.ts';
import { layoutText } from '../../api/summary.ts';
import { matchingProfile } from '../status/matching-profile.ts';

/** A profile with every default filled in, and how many nodes it rules; absent when nodes may not be listed. */
export interface ListedProfile extends Omit<NVMeProfile, 'spec'> {
  spec: NVMeProfileSpec;
  nodes?: number;
}

/** Profiles by name. A node counts for the one that rules it: the highest priority that matches. */
export function listProfiles(
  profiles: readonly NVMeProfile[],
  nodes: readonly Node[] | undefined,
): ListedProfile[] {
  const ruling = nodes?.flatMap((node) => matchingProfile(node, profiles)?.name ?? []);
  return profiles
    .map((profile) => ({
      ...profile,
      spec: withDefaults(profile.spec),
      ...(ruling ? { nodes: ruling.filter((name) => name === profile.metadata.name).length } : {}),
    }))
    .sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
}

/** How profiles are printed; ages are counted to `now`. */
export const printableProfiles = (now: () => number): Printable<ListedProfile> => ({
  columns: [
    { header: 'NAME', value: ({ metadata }) => metadata.name ?? '' },
    { header: 'PRIORITY', value: ({ spec }) => String(spec.priority) },
    { header: 'SETUP', value: ({ spec }) => spec.setup },
    { header: 'LAYOUT', value: ({ spec }) => layoutText(spec.layout) },
    { header: 'STORAGECLASS', value: ({ spec }) => spec.volumes.storageClassName },
    { header: 'NODES', value: ({ nodes }) => (nodes === undefined ? '<unknown>' : String(nodes)) },
    { header: 'AGE', value: ({ metadata }) => age(metadata.creationTimestamp, now()) },
    { header: 'EXISTINGDATA', wide: true, value: ({ spec }) => spec.existingData },
    { header: 'CLEANUP', wide: true, value: ({ spec }) => spec.cleanup.orphans },
    { header: 'SELECTOR', wide: true, value: ({ spec }) => selectorText(spec.nodeSelector) },
  ],
  name: ({ metadata }) => `nvmeprofile.kubectl-nvme.dev/${metadata.name ?? ''}`,
});

/** A selector as `kubectl -l` takes it; `<all>` for the empty one, which matches every node. */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  return [...labels, ...matchExpressions.map(requirementText)].join(',') || '<all>';
}

function requirementText({ key, operator, values = [] }: LabelSelectorRequirement): string {
  switch (operator) {
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
  }
}
