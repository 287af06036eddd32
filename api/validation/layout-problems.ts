import { LAYOUT_BLOCKS, type Layout } from '../layout.ts';
import type { PartialDeep } from '../profile.ts';
import { bytesOf } from '../quantity.ts';
import type { ProfileProblem } from './problem.ts';

const MIN_CHUNK = 4096;

/** What no drives can be made into. */
export function layoutProblems(layout: PartialDeep<Layout> | undefined): ProfileProblem[] {
  const { raid, lvm, swap, filesystem } = layout ?? {};
  return [
    ...foreignBlocks(layout),
    ...(raid?.chunk === undefined ? [] : chunkProblems(raid.chunk)),
    ...(lvm?.vgName === '.' || lvm?.vgName === '..'
      ? [at('lvm.vgName', `Expected a name, got \`${lvm.vgName}\`, which LVM refuses`)]
      : []),
    ...Object.keys(swap?.sysctls ?? {})
      .filter((name) => !/^vm\.[a-z_]+$/.test(name))
      .map((name) => at('swap.sysctls', `Expected only sysctls under vm., got \`${name}\``)),
    ...((filesystem?.mountOptions ?? []).includes('ro')
      ? [at('filesystem.mountOptions', 'Expected a filesystem that can be written to, got `ro`')]
      : []),
  ];
}

const at = (path: string, message: string): ProfileProblem => ({ field: `spec.layout.${path}`, message });

function foreignBlocks(layout: PartialDeep<Layout> = {}): ProfileProblem[] {
  const { type = 'Filesystem' } = layout;
  return Object.entries(LAYOUT_BLOCKS)
    .filter(([block, types]) => block in layout && !types.includes(type))
    .map(([block, types]) => at(block, `Expected only with layout.type ${types.join(', ')}, got ${type}`));
}

function chunkProblems(chunk: string): ProfileProblem[] {
  const bytes = bytesOf(chunk);
  if (bytes !== undefined && bytes >= MIN_CHUNK && Number.isInteger(Math.log2(bytes))) return [];
  return [at('raid.chunk', `Expected a power of two from 4Ki, such as 512Ki, got \`${chunk}\``)];
}
