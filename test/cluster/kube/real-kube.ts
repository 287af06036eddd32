import { createKubeApi } from '../../../kube/client.ts';
import type { KubeApi } from '../../../kube/api.ts';
import { loadClusterConfig } from '../../../kube/config.ts';
import { systemClock } from '../../../kube/system-clock.ts';

/** Our own client, as a program would make it, for a kubeconfig of the lab. */
export async function realKube(kubeconfig: string, flags: object = {}): Promise<KubeApi> {
  const config = await loadClusterConfig({ env: {}, flags: { kubeconfig, ...flags } });
  return createKubeApi(config, { clock: systemClock(), userAgent: 'kubectl-nvme-test/0' });
}
