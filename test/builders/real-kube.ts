import type { KubeApi } from '../../kube/api.ts';
import { createKubeApi, type KubeApiOptions } from '../../kube/client.ts';
import { loadClusterConfig } from '../../kube/config.ts';
import type { ConnectionFlags } from '../../kube/flags.ts';
import { systemClock } from '../../kube/system-clock.ts';

export interface RealKubeOptions extends Partial<KubeApiOptions> {
  /** As kubectl takes them. */
  flags?: ConnectionFlags;
}

/** Our own client, as a program would make it, for a kubeconfig of the lab. */
export async function realKube(
  kubeconfig: string,
  { flags = {}, ...options }: RealKubeOptions = {},
): Promise<KubeApi> {
  const config = await loadClusterConfig({ env: {}, flags: { kubeconfig, ...flags } });
  return createKubeApi(config, { clock: systemClock(), userAgent: 'kubectl-nvme-test/0', ...options });
}
