import { median } from '../../bench/median.ts';
import type { Sample } from './replica.ts';

/** What of a soak decides. */
export interface Findings {
  /** Expectations that no look saw met in time. */
  missed: readonly string[];
  /** Objects that a subscriber of the reflector had wrong. */
  differences: readonly string[];
  /** Volumes that were deleted and should not have been. */
  lost: readonly string[];
  /** What could not be played to its end. */
  broken: readonly string[];
  /** Last lines of replicas that ended by themselves. */
  ends: readonly string[];
  /** Of the replica that lived through everything. */
  steady: readonly Sample[];
}

/** Growth that a heap shows without a leak, and connections that come and go. */
const MEMORY_SLACK = 1.3;
const MEMORY_SLACK_MIB = 20;
const DESCRIPTOR_SLACK = 10;
/** Fewer looks say nothing about growth. */
const MIN_SAMPLES = 60;

/** Everything that is wrong, in words; empty when the soak passed. */
export function faultsFound(findings: Findings): string[] {
  const count = (what: string, list: readonly string[]): string[] =>
    list.length === 0 ? [] : [`${list.length} ${what}: ${list.slice(0, 5).join('; ')}`];
  // Whoever loses the lease has to end: that is a rule, not a crash.
  const crashes = findings.ends.filter(
    (line) => !/lease could not be renewed|taken the lease over/.test(line),
  );
  return [
    ...count('missed events (work that was not done in time)', findings.missed),
    ...count('missed events (caches that differ from the truth)', findings.differences),
    ...count('volumes deleted that should be there', findings.lost),
    ...count('lives that could not be played', findings.broken),
    ...count('ends of a replica that nobody caused', crashes),
    ...growth(findings.steady),
  ];
}

/** Compares the last quarter with the second: the first warms up. */
export function growth(samples: readonly Sample[]): string[] {
  if (samples.length < MIN_SAMPLES) return [];
  const quarter = Math.floor(samples.length / 4);
  const [early, late] = [samples.slice(quarter, 2 * quarter), samples.slice(-quarter)];
  const memory = [early, late].map((part) => median(part.map(({ residentMiB }) => residentMiB)));
  const descriptors = [early, late].map((part) => median(part.map((one) => one.descriptors)));
  const [m = 0, n = 0] = memory;
  const [d = 0, e = 0] = descriptors;
  return [
    ...(n > m * MEMORY_SLACK + MEMORY_SLACK_MIB
      ? [`memory grew from ${m.toFixed(0)} to ${n.toFixed(0)} MiB`]
      : []),
    ...(e > d + DESCRIPTOR_SLACK ? [`descriptors grew from ${d} to ${e}`] : []),
  ];
}
