import type { Plan } from '../../api/plan.ts';
import { alignRows } from '../print/table.ts';
import { layoutText } from '../../api/summary.ts';

/** A plan for a person: what it is about, its steps with their commands, and the drives that it leaves alone. */
export function planText(node: string, plan: Plan): string {
  const what = plan.for === 'reset' ? 'reset to raw drives' : layoutText(plan.layout);
  const about = `Plan ${plan.id} for node ${node}: ${what}, provider ${plan.provider}`;
  const parts = [about, '', ...stepLines(plan)];
  const untouched = leftAlone(plan);
  if (untouched.length > 0) parts.push('', 'Left alone:', ...alignRows(untouched));
  return `${parts.join('\n')}\n`;
}

function stepLines(plan: Plan): string[] {
  const { steps } = plan;
  if (steps.length === 0) return [nothingToDo(plan)];
  const rows = steps.map(({ name, command }, index) => [
    String(index + 1),
    name,
    command.map(quoted).join(' '),
  ]);
  return alignRows([['STEP', 'NAME', 'COMMAND'], ...rows]).map((line) => line.trimEnd());
}

function nothingToDo({ for: purpose, candidates }: Plan): string {
  if (purpose === 'reset') return 'Nothing to do: nothing of kubectl-nvme is on the drives.';
  return candidates.length > 0 ? 'Nothing to do: the drives are set up already.' : 'No step can be run.';
}

/** Refused drives first, then those that nobody would expect to be used: remote ones, the root disk. */
function leftAlone({ refusals, drives, candidates }: Plan): string[][] {
  const told = new Set([...candidates, ...refusals.map(({ path }) => path)]);
  const others = drives.filter(({ path }) => !told.has(path));
  return [
    ...refusals.map(({ path, reason }) => [`  ${path}`, reason]),
    ...others.map(({ path, role, state, reason }) => [`  ${path}`, reason ?? `${role}, ${state}`]),
  ];
}

/** An argument as a shell would need it; for reading and copying, nothing runs it. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;
}
