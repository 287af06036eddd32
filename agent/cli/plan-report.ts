import type { Drive } from '../../api/drive.ts';
import type { PlannedStep, Refusal } from '../../api/plan.ts';
import { formatBytes } from '../../api/quantity.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { Planned } from '../plan/planned.ts';

/** What `nvme-agent plan -o json` prints. */
export interface PlanReport {
  planID: string;
  layout: string;
  provider: string;
  /** The fact that decided the provider. */
  providerFact: string;
  drives: Drive[];
  candidates: string[];
  steps: PlannedStep[];
  refusals: Refusal[];
  standDown?: string;
  drift?: string;
  degraded?: string;
}

/** A plan as one document. */
export function planReport(inventory: Inventory, { plan, standDown, drift, degraded }: Planned): PlanReport {
  const { id, layout, provider, drives, candidates, steps, refusals } = plan;
  return {
    planID: id,
    layout: layout.type,
    provider,
    providerFact: inventory.providerFact,
    drives,
    candidates,
    steps,
    refusals,
    ...(standDown === undefined ? {} : { standDown }),
    ...(drift === undefined ? {} : { drift }),
    ...(degraded === undefined ? {} : { degraded }),
  };
}

/** The same for a person: drives, then what would be done, then what would not and why. */
export function planText(report: PlanReport): string {
  const drives = report.drives.map(({ path, size, role, state, reason = '' }) =>
    `  ${path.padEnd(16)} ${formatBytes(size).padStart(10)}  ${role.padEnd(6)}  ${state.padEnd(7)}  ${reason}`.trimEnd(),
  );
  const steps = report.steps.map(({ name, command }, index) => `  ${index + 1}. ${name}${shell(command)}`);
  const refusals = report.refusals.map(({ path, reason }) => `  ${path}: ${reason}`);
  const notes = [report.standDown, report.drift, report.degraded].filter((note) => note !== undefined);
  return [
    `Plan ${report.planID} for layout ${report.layout} on ${report.provider} (${report.providerFact})`,
    ...section('Drives', drives),
    ...section('Steps', steps.length > 0 ? steps : ['  none']),
    ...section('Refused', refusals),
    ...section(
      'Notes',
      notes.map((note) => `  ${note}`),
    ),
    '',
  ].join('\n');
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines];

const shell = (command: readonly string[]): string =>
  command.length === 0
    ? ''
    : `\n     ${command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`)).join(' ')}`;
