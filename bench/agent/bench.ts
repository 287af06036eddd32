import { table } from '../../lab/cli/table.ts';
import type { LabContext } from '../../lab/context.ts';
import type { Lab } from '../../lab/lab.ts';
import { benchInLab } from '../in-lab.ts';
import { median } from '../median.ts';
import { CASES, CLEAR, type Case } from './cases.ts';
import { benchNode, forget, inHost, oneShot, reset, runningAgent, type BenchNode } from './node.ts';
import { recycled } from './recycling.ts';
import { atRest, type Rest } from './rest.ts';

/** Of each contestant, in turns. */
const RUNS = 3;

/** Medians in seconds. */
interface CaseFigures {
  name: string;
  byHand: number;
  oneShot: number;
  /** The same command when all is done already. */
  secondRun: number;
  running: number;
}

interface Figures {
  cases: CaseFigures[];
  recycled: number;
  rest: Rest;
}

/**
 * Sets the drives of one lab node up by hand, by the one-shot program and by the running agent, in turns, and
 * prints medians and ratios; then how long a volume takes from one claim to the next, and the agent's memory at rest.
 */
export async function benchAgent(
  ctx: LabContext,
  write: (text: string) => void,
  json: boolean,
): Promise<void> {
  const measured = async (lab: Lab): Promise<Figures> => measure(await benchNode(ctx, lab));
  await benchInLab(ctx, { name: 'agent', write, json, measure: measured, report });
}

/** `chosen` has the cases with more drives first. */
export async function measure(bench: BenchNode, chosen = CASES, runs = RUNS): Promise<Figures> {
  const cases: CaseFigures[] = [];
  let present = bench.drives.length;
  for (const one of chosen) {
    for (; present > one.drives; present -= 1) await bench.node.unplug(`d${present - 1}`);
    cases.push(await measureCase(bench, one, runs));
  }
  return { cases, ...(await measureLife(bench, runs)) };
}

async function measureCase(bench: BenchNode, one: Case, count: number): Promise<CaseFigures> {
  const { ctx } = bench;
  const drives = bench.drives.slice(0, one.drives);
  const runs: Omit<CaseFigures, 'name'>[] = [];
  for (let run = 0; run < count; run += 1) {
    const byHand = await inHost(bench, one.byHand, drives);
    ctx.progress(`${one.name}: by hand ${byHand.toFixed(2)} s`);
    await inHost(bench, CLEAR, drives);
    const once = await oneShot(bench, one);
    const secondRun = await oneShot(bench, one);
    ctx.progress(`${one.name}: one-shot ${once.toFixed(2)} s, again ${secondRun.toFixed(2)} s`);
    await inHost(bench, CLEAR, drives);
    const running = await runningAgent(bench, one);
    ctx.progress(`${one.name}: running agent ${running.toFixed(2)} s`);
    await reset(bench);
    await forget(bench);
    runs.push({ byHand, oneShot: once, secondRun, running });
  }
  const of = (key: keyof Omit<CaseFigures, 'name'>): number => median(runs.map((run) => run[key]));
  return {
    name: one.name,
    byHand: of('byHand'),
    oneShot: of('oneShot'),
    secondRun: of('secondRun'),
    running: of('running'),
  };
}

async function measureLife(bench: BenchNode, runs: number): Promise<Pick<Figures, 'recycled' | 'rest'>> {
  const one = CASES.find(({ drives }) => drives === 1) ?? CASES[0];
  if (one === undefined) throw new Error('no case');
  await runningAgent(bench, one);
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) times.push(await recycled(bench));
  bench.ctx.progress(`recycled: ${times.map((time) => time.toFixed(1)).join(' ')} s`);
  return { recycled: median(times), rest: await atRest(bench) };
}

function report({ cases, recycled: seconds, rest }: Figures): string {
  const ratio = (value: number, base: number): string =>
    `${value.toFixed(2)} s (${(value / base).toFixed(1)} ×)`;
  const rows = cases.map(({ name, byHand, oneShot: once, secondRun, running }) => [
    ...[
      name,
      `${byHand.toFixed(2)} s`,
      ratio(once, byHand),
      `${secondRun.toFixed(2)} s`,
      ratio(running, byHand),
    ],
  ]);
  const heads = ['LAYOUT', 'BY HAND', 'ONE-SHOT', 'AGAIN', 'RUNNING AGENT'];
  const life = [
    ['released to available', `${seconds.toFixed(1)} s`],
    ['agent at rest', `${rest.residentMiB.toFixed(0)} MiB`],
    ['wake-ups at rest', `${rest.wakeUps} a minute, ${rest.cpuMs} ms of processor`],
  ];
  return `${table(heads, rows)}\n${table(['WHAT', 'SEEN'], life)}`;
}
