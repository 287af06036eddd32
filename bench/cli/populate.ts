import type { KubeApi } from '../../kube/api.ts';
import { nodes, nvmeNodes, nvmeProfiles, persistentVolumes } from '../../kube/resources.ts';
import { inParallel } from '../../kube/in-parallel.ts';
import { FLEET, fleetNode, fleetReport, fleetStatuses, fleetVolumes, nodeName } from './fleet.ts';

const PARALLEL = 32;

/** Makes the fleet: nodes, what their agents report, and Available volumes. */
export async function populate(kube: KubeApi): Promise<void> {
  await kube.create(nvmeProfiles, {
    apiVersion: 'kubectl-nvme.dev/v1alpha1',
    kind: 'NVMeProfile',
    metadata: { name: 'bench' },
    spec: { nodeSelector: { matchLabels: { 'topology.kubernetes.io/zone': 'zone-a' } } },
  });
  const statusOf = fleetStatuses();
  const names = Array.from({ length: FLEET.nodes }, (_, index) => nodeName(index));
  await inParallel(names, PARALLEL, async (name) => {
    const { metadata } = await kube.create(nodes, fleetNode(name));
    const uid = metadata?.uid ?? '';
    await kube.create(nvmeNodes, fleetReport(name, uid));
    await kube.patch(
      nvmeNodes,
      name,
      { type: 'merge', body: { status: statusOf(name, uid) } },
      { subresource: 'status' },
    );
    for (const volume of fleetVolumes(name)) {
      await kube.create(persistentVolumes, volume);
      const body = { status: { phase: 'Available' } };
      const options = { subresource: 'status' as const };
      await kube.patch(persistentVolumes, volume.metadata?.name ?? '', { type: 'merge', body }, options);
    }
  });
}
