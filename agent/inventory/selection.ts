import { globMatches } from '../../api/glob.ts';
import type { DriveSelection } from '../../api/profile.ts';
import { formatBytes, parseBytes } from '../../api/quantity.ts';

/** What selection looks at. */
export interface Selectable {
  /** Path, kernel name, by-id names and paths, model: a pattern may be meant for any of them. */
  names: readonly string[];
  /** Bytes; undefined when it is not known. */
  size: number | undefined;
  /** Taken only when `include` names it. */
  onRequest: boolean;
}

/** Why a drive is not wanted. */
export interface Omission {
  reason: string;
  /** The profile's own patterns say so, so nobody is surprised. */
  asked: boolean;
}

/** Why the profile's selection leaves a local drive out; undefined when it is wanted. Throws QuantityError. */
export function leftOut(selection: DriveSelection, drive: Selectable): Omission | undefined {
  const { include, exclude, minSize } = selection;
  const excluding = exclude.find((pattern) => matches(pattern, drive));
  if (excluding !== undefined) return asked(`excluded by drives.exclude "${excluding}"`);
  const included = include.some((pattern) => matches(pattern, drive));
  if (include.length > 0 && !included) return asked('not named by drives.include');
  if (drive.onRequest && !included) return asked('taken only when drives.include names it');
  const least = parseBytes(minSize);
  if (drive.size === undefined || drive.size >= least) return undefined;
  return { reason: `too small: ${formatBytes(drive.size)} < ${formatBytes(least)}`, asked: false };
}

const asked = (reason: string): Omission => ({ reason, asked: true });

const matches = (pattern: string, { names }: Selectable): boolean =>
  names.some((name) => globMatches(pattern, name));
