import { discoverSnapshot } from '../discover/discover.ts';
import type { Host } from '../host/host.ts';

/** Where a command's output goes. */
export interface TextSink {
  write(text: string): unknown;
}

/**
 * `nvme-agent snapshot`: prints what discovery reads as one JSON document. Exit code 0 also when single reads failed:
 * they are listed under `errors`, which is what a bug report needs.
 */
export async function runSnapshot(
  options: { seed: string; signal?: AbortSignal },
  { host, stdout }: { host: Host; stdout: TextSink },
): Promise<number> {
  const snapshot = await discoverSnapshot(host, options);
  stdout.write(`${JSON.stringify(snapshot, null, 2)}\n`);
  return 0;
}
