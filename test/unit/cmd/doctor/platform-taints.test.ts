import { describe, expect, it } from 'vitest';
import { STARTUP_TAINT_KEY, TAINTED } from '../../../../api/keys.ts';
import { nodes } from '../../../../kube/resources.ts';
import { DoctorBench } from './doctor-bench.ts';

const OURS = { [TAINTED]: `${STARTUP_TAINT_KEY}:NoSchedule` };

/** Gives every node the labels, and these annotations only. */
function relabel(
  { kube }: DoctorBench,
  labels: Record<string, string>,
  annotations: Record<string, string>,
): void {
  for (const { metadata } of kube.objects(nodes)) {
    kube.change(nodes, metadata?.name ?? '', (node) => {
      node.metadata = { ...node.metadata, annotations, labels: { ...node.metadata?.labels, ...labels } };
    });
  }
}

describe('kubectl nvme doctor, of node pools that could bring the startup taint', () => {
  it.each([
    ['AKS', 'kubernetes.azure.com/cluster', `--node-init-taints ${STARTUP_TAINT_KEY}=true:NoSchedule`],
    ['GKE', 'cloud.google.com/gke-nodepool', `--node-taints ${STARTUP_TAINT_KEY}=true:NoSchedule`],
    ['EKS', 'eks.amazonaws.com/nodegroup', `--taints key=${STARTUP_TAINT_KEY},value=true,effect=NO_SCHEDULE`],
  ])('names the command for %s', async (name, label, flags) => {
    const bench = await DoctorBench.healthy();
    relabel(bench, { [label]: 'x' }, OURS);
    const [problem, ...more] = await bench.problems();
    expect(problem).toMatchObject({ check: 'platform-taints', level: 'warning' });
    expect(problem?.message).toContain(`nodes of ${name} were tainted by kubectl-nvme`);
    expect([problem?.fix?.endsWith(flags), more]).toEqual([true, []]);
  });

  it('says nothing of taints that the node pool brought, or that are Karpenter’s matter', async () => {
    const bench = await DoctorBench.healthy();
    relabel(bench, { 'cloud.google.com/gke-nodepool': 'x' }, {});
    expect(await bench.problems()).toEqual([]);
    relabel(bench, { 'karpenter.sh/nodepool': 'x' }, OURS);
    expect(await bench.problems()).toEqual([]);
  });
});
