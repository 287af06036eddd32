import { AGENT_NAME, AGENT_NAMESPACE } from '../api/parts.ts';
import { boundRole, serviceAccountObject } from '../kube/rbac.ts';
import { PERMISSIONS } from './permissions.ts';

const ACCOUNT = { name: AGENT_NAME, namespace: AGENT_NAMESPACE };

/** The service account of nvme-agent and the role that PERMISSIONS adds up to. */
export const rbacObjects = (): object[] => [
  serviceAccountObject(ACCOUNT),
  ...boundRole({ name: 'kubectl-nvme-agent' }, PERMISSIONS, ACCOUNT),
];
