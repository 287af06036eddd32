import type { Provider } from '../../api/profile.ts';

/** Options of `nvme-agent plan <layout>`, as commander gives them. */
export interface PlanOptions {
  /** `lvm`, `raid`, `filesystem`, `swap`, `block`, `spdk`. */
  layout: string;
  snapshot: string;
  cloudProvider: Provider;
  output?: 'json' | 'text';
  vgName?: string;
  fsType?: 'ext4' | 'xfs';
  raidLevel?: '0' | '10';
  include?: string[];
  exclude?: string[];
  minSize?: string;
}

/** `nvme-agent plan`: prints the plan of a snapshot; exit code 0 with a plan, 1 when it refuses. */
export async function runPlan(
  options: PlanOptions,
  io: { stdout: { write(text: string): unknown }; readFile: (path: string) => Promise<string> },
): Promise<number> {
  return Promise.reject(new Error(`being written: ${Object.keys({ options, io }).join()}`));
}
