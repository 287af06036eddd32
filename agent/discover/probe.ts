import { CommandError, type Host } from '../host/host.ts';
import { parseExport } from './export-format.ts';

/** blkid's exit codes (blkid(8)). */
const NOTHING_FOUND = 2;
const AMBIVALENT = 8;

/**
 * What libblkid reads from the device itself, past udev's memory. An empty object means that it found nothing – which
 * blkid also says, silently, of a device that it cannot open: sampling proves that it can be read. More than one
 * signature counts as a signature.
 */
export async function probe(host: Host, path: string, signal?: AbortSignal): Promise<Record<string, string>> {
  try {
    const { stdout } = await host.run(['blkid', '-p', '-o', 'export', path], signal ? { signal } : {});
    return parseExport(stdout);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (error.exitCode === AMBIVALENT) return { TYPE: 'ambivalent' };
    if (error.exitCode === NOTHING_FOUND && error.stderr.trim() === '') return {};
    throw error;
  }
}
