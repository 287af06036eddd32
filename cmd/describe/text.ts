import type { HugepagesStatus } from '../../api/node.ts';
import type { Plan } from '../../api/plan.ts';
import type { Pod } from '../../kube/resources.ts';
import { age } from '../print/age.ts';
import { section } from '../print/sections.ts';
import { NONE } from '../print/table.ts';
import { sizeText } from '../../api/summary.ts';
import {
  claimText,
  conditionSection,
  driveSection,
  eventSection,
  nodeFacts,
  volumeSection,
} from '../status/node-sections.ts';
import type { NodeDescription } from './collect.ts';
import { nextSteps } from './next-steps.ts';

/** A node for a person, section by section, ending with what to do next. */
export function descriptionText(description: NodeDescription, now: number): string {
  const { storage, status, podsByClaim, events } = description;
  const parts = [
    nodeFacts(storage, [
      ['Provider', storage.provider ?? NONE],
      ['Capacity', storage.capacity === 0 ? NONE : sizeText(storage.capacity)],
      ['Agent', storage.agentVersion ?? NONE],
      ['Age', age(storage.metadata.creationTimestamp, now)],
    ]),
    driveSection(storage),
    status.plan === undefined ? ['Plan:   <none>'] : planSection(status.plan),
    volumeSection(storage, podsByClaim && ((volume) => podNames(podsByClaim.get(claimText(volume)) ?? []))),
    hugepagesSection(status.hugepages ?? []),
    conditionSection(storage, now),
    ...(events ? [eventSection(events, now)] : []),
    nextSteps(storage).map((line, index) => (index === 0 ? `Next:   ${line}` : `        ${line}`)),
  ];
  return `${parts
    .filter((part) => part.length > 0)
    .map((part) => part.join('\n'))
    .join('\n\n')}\n`;
}

function planSection({ id, steps }: Plan): string[] {
  if (steps.length === 0) return [`Plan:   ${id}, nothing to do`];
  return [`Plan:   ${id}`, ...steps.map(({ name }, index) => `  ${index + 1}. ${name}`)];
}

const podNames = (pods: readonly Pod[]): string[] => pods.map(({ metadata }) => metadata?.name ?? '').sort();

function hugepagesSection(pages: readonly HugepagesStatus[]): string[] {
  if (pages.length === 0) return [];
  const rows = pages.map(({ numaNode, size, total, free }) => [
    String(numaNode),
    size,
    String(total),
    String(free),
  ]);
  return section('Hugepages', ['NUMA', 'SIZE', 'TOTAL', 'FREE'], rows);
}
