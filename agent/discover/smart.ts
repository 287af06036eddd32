import type { DriveHealth } from '../../api/snapshot.ts';
import { CommandError, type Host } from '../host/host.ts';
import { present } from '../inventory/present.ts';

/** A drive that hangs must not hold up the rest of discovery. */
const LIMIT_MS = 5_000;

/**
 * The SMART log of an NVMe drive; undefined when nvme-cli or the drive gives none. Nothing is decided by it, so that a
 * failure says nothing about the drive and is not kept.
 */
export async function readSmart(
  host: Host,
  path: string,
  signal: AbortSignal | undefined,
): Promise<DriveHealth | undefined> {
  const command = ['nvme', 'smart-log', '-o', 'json', path];
  try {
    const { stdout } = await host.run(command, { timeoutMs: LIMIT_MS, ...(signal ? { signal } : {}) });
    return parseSmart(stdout);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof CommandError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** `nvme smart-log -o json`; since nvme-cli 2.9 `critical_warning` may be an object with the bits beside the value. */
export function parseSmart(text: string): DriveHealth {
  const log = JSON.parse(text) as Record<string, unknown>;
  const warning = log.critical_warning;
  const bits = typeof warning === 'object' ? (warning as { value?: unknown } | null)?.value : warning;
  return present({
    availableSpare: count(log.avail_spare),
    percentageUsed: count(log.percent_used ?? log.percentage_used),
    mediaErrors: count(log.media_errors),
    temperature: count(log.temperature),
    criticalWarning: count(bits),
  });
}

const count = (value: unknown): number | undefined => {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
};
