import { conditionSection, driveSection, nodeFacts, volumeSection } from '../node-sections.ts';
import type { NodeStorage } from '../node-storage.ts';

/** Everything about one node in lines: drives with their reasons, volumes with their claims, conditions. */
export function nodeDetails(node: NodeStorage, now: number): string[] {
  return [
    ...nodeFacts(node),
    '',
    ...driveSection(node),
    '',
    ...volumeSection(node),
    '',
    ...conditionSection(node, now),
  ];
}
