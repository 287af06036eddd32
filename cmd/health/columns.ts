import type { NodeDrive } from '../list/drives.ts';
import type { Printable } from '../print/objects.ts';
import { NONE, orNone } from '../print/table.ts';
import { verdictOf, type HealthVerdict } from './verdict.ts';

/** A local drive with its SMART values and what is to be thought of them, as `-o json` prints it. */
export interface DriveReport extends Omit<NodeDrive, 'kind'> {
  kind: 'DriveHealth';
  verdict: HealthVerdict;
}

/** Drives that could carry data of ours; those of the cloud are the cloud's to watch. */
export const driveReports = (drives: readonly NodeDrive[]): DriveReport[] =>
  drives
    .filter(({ role }) => role === 'Local')
    .map((drive) => ({ ...drive, kind: 'DriveHealth', verdict: verdictOf(drive) }));

const percent = (value: number | undefined): string => (value === undefined ? NONE : `${value}%`);

export const printableReports: Printable<DriveReport> = {
  columns: [
    { header: 'NODE', value: ({ node }) => node },
    { header: 'PATH', value: ({ path }) => path },
    { header: 'MODEL', value: ({ model }) => orNone(model) },
    { header: 'HEALTH', value: ({ verdict }) => verdict.health },
    { header: 'WEAR', value: ({ health }) => percent(health?.percentageUsed) },
    { header: 'SPARE', value: ({ health }) => percent(health?.availableSpare) },
    { header: 'ERRORS', value: ({ health }) => String(health?.mediaErrors ?? NONE) },
    { header: 'SERIAL', wide: true, value: ({ serial }) => orNone(serial) },
    { header: 'FIRMWARE', wide: true, value: ({ firmware }) => orNone(firmware) },
    { header: 'PROBLEM', value: ({ verdict }) => verdict.problems.join('; ') || NONE },
  ],
  name: ({ metadata }) => `drive/${metadata.name}`,
};
