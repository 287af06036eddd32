import { profileFor, type ProfileMatch } from '../../api/matching.ts';
import type { NVMeProfile } from '../../api/profile.ts';
import type { Node } from '../../kube/resources.ts';

/** The profile that rules a node, by its labels. */
export function matchingProfile(node: Node, profiles: readonly NVMeProfile[]): ProfileMatch | undefined {
  return profileFor({ metadata: { labels: node.metadata?.labels ?? {} } }, profiles);
}
