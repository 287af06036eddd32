import { run } from '../assets/run.ts';
import type { LabContext } from '../context.ts';
import type { Lab } from '../lab.ts';

/** What of a lab kubectl needs; tests may give their own kubeconfig for another user. */
export type KubectlTarget = Pick<Lab, 'kubectlPath' | 'kubeconfig'>;

/** Runs the cluster's own kubectl with all rights and gives its standard output; throws what it said. */
export async function kubectl(ctx: LabContext, lab: KubectlTarget, ...args: string[]): Promise<string> {
  const limit = args.includes('--watch') || args[0] === 'wait' ? [] : ['--request-timeout=30s'];
  return await run(ctx, lab.kubectlPath, [`--kubeconfig=${lab.kubeconfig}`, ...limit, ...args]);
}

/** The same as parsed JSON; the caller names the shape it asked for. */
export async function kubectlJson<T>(ctx: LabContext, lab: KubectlTarget, ...args: string[]): Promise<T> {
  return JSON.parse(await kubectl(ctx, lab, ...args, '-o', 'json')) as T;
}
