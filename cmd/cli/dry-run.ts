import { UsageError } from '../errors/usage.ts';
import { textOf, type Flag, type FlagValues } from './flag.ts';

const DRY_RUNS = ['none', 'client', 'server'] as const;

/** Where a write ends: nowhere, before it is sent, or in the API server's checks. */
export type DryRun = (typeof DRY_RUNS)[number];

/** `--dry-run`, which bare means `client`, as in kubectl. */
export const dryRunFlag = (description: string): Flag => ({
  long: 'dry-run',
  value: 'none|client|server',
  bare: 'client',
  candidates: DRY_RUNS,
  description,
});

/** Reads dryRunFlag; another word is refused as kubectl refuses it. */
export function dryRunOf(flags: FlagValues): DryRun {
  const word = textOf(flags, 'dry-run') ?? 'none';
  const mode = DRY_RUNS.find((candidate) => candidate === word);
  if (mode === undefined) {
    throw new UsageError(`Invalid dry-run value (${word}). Must be "none", "server", or "client".`);
  }
  return mode;
}
