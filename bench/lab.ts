import { table } from '../lab/cli/table.ts';
import type { LabContext } from '../lab/context.ts';
import { startLab, type Lab } from '../lab/lab.ts';
import type { LabOptions } from '../lab/options.ts';
import { residentBytes } from '../lab/process/identity.ts';
import { trackedProcesses } from '../lab/process/tracked.ts';
import { median } from './median.ts';

const RUNS = 3;

interface Start {
  seconds: number;
  /** Resident memory by process, in MiB, right after the start. */
  memory: ReadonlyMap<string, number>;
}

/**
 * Times warm starts of a control plane alone and of a lab with one node, each from nothing running to usable and
 * ended again, and prints the median and all runs, with the memory of each part.
 */
export async function benchLab(ctx: LabContext, write: (text: string) => void): Promise<void> {
  // The first start may have to build or unpack what it needs; that is not what is timed.
  await once(ctx, { controlPlaneOnly: true });
  const alone = await several(ctx, { controlPlaneOnly: true });
  await once(ctx, { nodes: 1, until: 'PoweredOn' });
  const withNode = await several(ctx, { nodes: 1 });
  write(
    table(
      ['START, WARM', 'MEDIAN', 'RUNS', 'AIM'],
      [
        ['up --control-plane-only', ...times(alone), '12.0 s'],
        ['up --nodes 1', ...times(withNode), '45.0 s'],
      ],
    ),
  );
  const memory = withNode.at(-1)?.memory ?? new Map<string, number>();
  const rows = [...memory].map(([name, mebibytes]) => [name, `${mebibytes.toFixed(0)}Mi`]);
  const total = [...memory.values()].reduce((sum, each) => sum + each, 0);
  write(`\n${table(['PART', 'MEMORY'], [...rows, ['together', `${total.toFixed(0)}Mi`]])}`);
}

async function several(ctx: LabContext, options: LabOptions): Promise<readonly Start[]> {
  const starts: Start[] = [];
  for (let run = 0; run < RUNS; run += 1) starts.push(await once(ctx, options));
  return starts;
}

async function once(ctx: LabContext, options: LabOptions): Promise<Start> {
  const began = performance.now();
  const lab = await startLab(ctx, options);
  try {
    const seconds = (performance.now() - began) / 1000;
    ctx.progress(
      `${options.controlPlaneOnly === true ? 'control plane' : 'one node'}: ${seconds.toFixed(1)} s`,
    );
    return { seconds, memory: await memoryOf(lab) };
  } finally {
    await lab.stop();
  }
}

async function memoryOf(lab: Lab): Promise<ReadonlyMap<string, number>> {
  const processes = await trackedProcesses(lab.dir);
  return new Map(processes.map((process) => [process.name, residentBytes(process) / 2 ** 20]));
}

function times(starts: readonly Start[]): readonly string[] {
  const sorted = starts.map(({ seconds }) => seconds).sort((a, b) => a - b);
  return [`${median(sorted).toFixed(1)} s`, sorted.map((seconds) => seconds.toFixed(1)).join(' ')];
}
