/** Namespace of the webhook and its controllers; Pod Security level `restricted`. */
export const HOME_NAMESPACE = 'kubectl-nvme';
/** Namespace of the agent, which must be privileged. */
export const AGENT_NAMESPACE = 'kubectl-nvme-agent';

/** Deployment, Service and label `app.kubernetes.io/name` of the webhook. */
export const WEBHOOK_NAME = 'nvme-webhook';
/** DaemonSet and label of the agent. */
export const AGENT_NAME = 'nvme-agent';
/** Both webhook configurations, which the webhook writes and mends itself. */
export const REGISTRATION_NAME = 'kubectl-nvme';

/** Label of the pods, with one of the two names as value. */
export const NAME_LABEL = 'app.kubernetes.io/name';
/** Label on everything that the manifests and the webhook make. */
export const PART_OF_LABEL = 'app.kubernetes.io/part-of';
export const PART_OF = 'kubectl-nvme';
