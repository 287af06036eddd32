import type { Drive } from '../../api/drive.ts';
import { SPDK_ROLE } from '../../api/keys.ts';
import type { NVMeNode } from '../../api/node.ts';
import type { Deployment, Node, Pod, RoleBinding } from '../../kube/resources.ts';
import { podLabels, spdkDeployment, type SpdkChoice } from '../../spdk/deployment.ts';
import type { SpdkGrant } from '../../spdk/grant.ts';
import { node, nvmeNode } from './objects.ts';

export const DRIVE = '0000:01:00.0';
export const SECOND_DRIVE = '0000:02:00.0';

/** A node `n1` on which the kubelet counts so many pages of 2Mi. */
export function nodeWithPages(pages: number, name = 'n1'): Node {
  const quantities = { cpu: '4', 'hugepages-2Mi': `${pages * 2}Mi`, 'hugepages-1Gi': '0' };
  return node({
    metadata: { name, uid: `uid-${name}` },
    status: { capacity: quantities, allocatable: quantities },
  });
}

/** The agent's report about it: so many pages, so many of them free, and the controllers that are SPDK's. */
export function spdkReport(
  { total, free, addresses = [DRIVE] }: { total: number; free?: number; addresses?: string[] },
  name = 'n1',
): NVMeNode {
  const drives = addresses.map((address): Drive => ({
    ...{ path: address, pciAddress: address, size: 1 },
    ...{ role: 'Local', state: 'Ours' },
  }));
  const pool = { numaNode: 0, size: '2Mi', total, ...(free === undefined ? {} : { free }) };
  const status = { nodeUID: `uid-${name}`, bootID: 'boot-1', drives, hugepages: [pool] };
  return nvmeNode({ metadata: { name }, status });
}

/** What `kubectl nvme spdk apply --keep-current` makes in the namespace `storage`. */
export function keptDeployment(
  { pages, addresses = [DRIVE] }: Partial<SpdkGrant> & { pages: number },
  {
    namespace = 'storage',
    nodeName = 'n1',
    ...choice
  }: Partial<SpdkChoice> & { namespace?: string; nodeName?: string } = {},
): Deployment {
  const chosen = { name: 'spdk-n1', image: 'spdk:1', cores: '0x1', cpu: '1', memory: '256Mi' };
  const made = spdkDeployment(
    nodeWithPages(0, nodeName),
    { ...chosen, keepCurrent: true, ...choice },
    { size: '2Mi', pages, addresses },
  ) as Deployment;
  return {
    ...made,
    metadata: { ...made.metadata, namespace, uid: `uid-${namespace}-${made.metadata?.name ?? ''}` },
  };
}

/** A pod that asks for so many pages; of the Deployment `spdk-n1` when nothing else is said. */
export function pagesPod(
  pages: number,
  { name = 'spdk-n1-abc', namespace = 'storage', app = 'spdk-n1', ready = true, nodeName = 'n1' } = {},
): Pod {
  const quantities = { 'hugepages-2Mi': `${pages * 2}Mi` };
  return {
    metadata: { name, namespace, uid: `uid-${name}`, labels: podLabels(app) },
    spec: {
      nodeName,
      containers: [{ name: 'spdk', image: 'x', resources: { limits: quantities, requests: quantities } }],
    },
    status: {
      phase: 'Running',
      conditions: [
        { type: 'Initialized', status: 'True' },
        { type: 'Ready', status: ready ? 'True' : 'False' },
      ],
    },
  };
}

/** What lets the controller into a namespace. */
export const letIn = (namespace = 'storage', account = 'nvme-webhook'): RoleBinding => ({
  metadata: { name: SPDK_ROLE, namespace },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: SPDK_ROLE },
  subjects: [{ kind: 'ServiceAccount', name: account, namespace: 'kubectl-nvme' }],
});

/** What a Deployment's container has: pages by its limit and its request, MB of `-s`, and the allow-list. */
export function amountsOf({ spec }: Deployment) {
  const [container] = spec?.template.spec?.containers ?? [];
  return {
    limit: container?.resources?.limits?.['hugepages-2Mi'],
    request: container?.resources?.requests?.['hugepages-2Mi'],
    args: container?.args,
  };
}
