import type { CoreEvent } from '../../../kube/resources.ts';
import { conditionSection, driveSection, eventSection, nodeFacts, volumeSection } from '../node-sections.ts';
import type { NodeStorage } from '../node-storage.ts';

/** Everything about one node in lines: drives with their reasons, volumes with their claims, conditions, events. */
export function nodeDetails(
  node: NodeStorage,
  now: number,
  events: readonly CoreEvent[] | undefined,
): string[] {
  return [
    ...nodeFacts(node),
    '',
    ...driveSection(node),
    '',
    ...volumeSection(node),
    '',
    ...conditionSection(node, now),
    ...(events ? ['', ...eventSection(events, now)] : []),
  ];
}
