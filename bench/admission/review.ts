/** An AdmissionReview for the creation of a cloud's node, of about 6 kB as kubelets send them. */
export function nodeReview(): string {
  const pairs = (prefix: string, count: number): Record<string, string> =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `${prefix}.example.com/key-${index}`,
        `value-${index}-of-${prefix}`.padEnd(40, 'x'),
      ]),
    );
  const addresses = Array.from({ length: 8 }, (_, index) => ({
    type: 'InternalIP',
    address: `10.0.0.${index}`,
  }));
  const conditions = Array.from({ length: 6 }, (_, index) => ({
    type: `Condition${index}`,
    status: 'False',
    reason: 'KubeletHasNoProblem',
    message: 'kubelet has no problem of this kind, and says so in a sentence',
    lastHeartbeatTime: '2026-01-01T00:00:00Z',
    lastTransitionTime: '2026-01-01T00:00:00Z',
  }));
  const object = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: 'node-1',
      labels: { disk: 'nvme', ...pairs('label', 18) },
      annotations: pairs('note', 18),
    },
    spec: {
      providerID: 'aws:///eu-west-1a/i-0123456789',
      taints: [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }],
    },
    status: { addresses, conditions, capacity: { cpu: '64', memory: '256Gi', pods: '110' } },
  };
  const request = {
    uid: '7f6f2a4e-0000-4000-8000-000000000000',
    kind: { group: '', version: 'v1', kind: 'Node' },
    resource: { group: '', version: 'v1', resource: 'nodes' },
    name: 'node-1',
    operation: 'CREATE',
    userInfo: { username: 'system:node:node-1', groups: ['system:nodes', 'system:authenticated'] },
    object,
    oldObject: null,
    dryRun: false,
    options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
  };
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request });
}
