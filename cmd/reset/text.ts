import type { Plan } from '../../api/plan.ts';
import type { DataLoss } from '../drain-check/losses.ts';
import { section } from '../print/sections.ts';
import { alignRows, NONE } from '../print/table.ts';
import { planText } from '../setup/print-plan.ts';
import { sizeText } from '../../api/summary.ts';
import { claimText } from '../status/node-sections.ts';
import type { NodeStorage } from '../status/node-storage.ts';

/** What a reset does and what is lost by it: drives, volumes, claims and pods. */
export function resetText(
  node: string,
  plan: Plan,
  storage: NodeStorage,
  losses: readonly DataLoss[],
): string {
  const drives = plan.candidates.map((path) => {
    const drive = plan.drives.find((one) => one.path === path);
    return [`  ${path}`, drive?.model?.trim() ?? NONE, drive === undefined ? NONE : sizeText(drive.size)];
  });
  const pods = new Map(losses.map(({ metadata, pods: users }) => [metadata.name, users]));
  const volumes = storage.volumes.map((volume) => [
    volume.name,
    volume.state,
    sizeText(volume.capacity),
    claimText(volume),
    pods.get(volume.name)?.join(',') ?? NONE,
  ]);
  const ours = new Set(storage.volumes.map(({ name }) => name));
  const others = losses
    .filter(({ metadata }) => !ours.has(metadata.name))
    .map((loss) => [
      loss.metadata.name,
      sizeText(loss.capacity),
      claimText(loss),
      loss.pods.join(',') || NONE,
    ]);
  return [
    planText(node, plan).trimEnd(),
    '',
    ...(drives.length === 0
      ? []
      : ['Drives that end raw, with everything on them lost:', ...alignRows(drives), '']),
    ...section('Volumes that are lost', ['NAME', 'STATE', 'CAPACITY', 'CLAIM', 'PODS'], volumes),
    ...(others.length === 0
      ? []
      : [
          '',
          ...section(
            'Volumes of other drivers that may lie on these drives',
            ['NAME', 'CAPACITY', 'CLAIM', 'PODS'],
            others,
          ),
        ]),
    '',
  ].join('\n');
}
