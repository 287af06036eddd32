/** A `Stage` of kwok: which objects, and what becomes of them next. */
export interface Stage {
  apiVersion: 'kwok.x-k8s.io/v1alpha1';
  kind: 'Stage';
  metadata: { name: string };
  spec: object;
}

/**
 * What kubelets do as far as the control plane sees it: a node that is not Ready reports `nodeStatus`, a pod that is
 * bound to one runs, and a pod that is deleted goes. Times are the Go templates of kwok.
 */
export function kubeletStages(nodeStatus: object): Stage[] {
  return [
    stage('node-ready', 'Node', {
      selector: { matchExpressions: [{ key: READY, operator: 'NotIn', values: ['True'] }] },
      next: status(nodeStatus),
    }),
    stage('pod-running', 'Pod', {
      selector: {
        matchExpressions: [
          { key: DELETED, operator: 'DoesNotExist' },
          { key: '.status.phase', operator: 'In', values: ['Pending'] },
        ],
      },
      next: status({ phase: 'Running', startTime: '{{ Now }}', conditions: POD_CONDITIONS }),
    }),
    stage('pod-gone', 'Pod', {
      selector: { matchExpressions: [{ key: DELETED, operator: 'Exists' }] },
      next: { delete: true },
    }),
  ];
}

const READY = '.status.conditions.[] | select( .type == "Ready" ) | .status';
const DELETED = '.metadata.deletionTimestamp';
const POD_CONDITIONS = ['Initialized', 'ContainersReady', 'Ready'].map((type) => ({
  ...{ type, status: 'True', lastTransitionTime: '{{ Now }}' },
}));

const stage = (name: string, kind: 'Node' | 'Pod', spec: object): Stage => ({
  ...{ apiVersion: 'kwok.x-k8s.io/v1alpha1', kind: 'Stage', metadata: { name } },
  spec: { resourceRef: { apiGroup: 'v1', kind }, ...spec },
});

/** JSON is YAML, which kwok's templates are. */
const status = (wanted: object): object => ({
  patches: [{ subresource: 'status', root: 'status', template: JSON.stringify(wanted) }],
});
