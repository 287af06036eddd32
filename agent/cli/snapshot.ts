import type { Host } from '../host/host.ts';

/** `nvme-agent snapshot`: prints one JSON document; the exit code. */
export async function runSnapshot(
  options: { seed: string },
  { host, stdout }: { host: Host; stdout: { write(text: string): unknown } },
): Promise<number> {
  return Promise.reject(new Error(`being written: ${Object.keys({ options, host, stdout }).join()}`));
}
