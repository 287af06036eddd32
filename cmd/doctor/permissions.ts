import { GROUP } from '../../api/group.ts';
import { HOME_NAMESPACE } from '../../api/parts.ts';
import type { KubeApi, ResourceType } from '../../kube/api.ts';

/** What somebody may want to do with this plugin, and whether the caller may. */
export interface Permission {
  verb: string;
  group: string;
  resource: string;
  namespace?: string;
  /** The verbs that need it. */
  usedBy: string;
  allowed: boolean;
}

type Question = Omit<Permission, 'allowed'>;

const cluster = (verb: string, resource: string, usedBy: string, group = ''): Question => ({
  ...{ verb, group, resource, usedBy },
});

/** Reading first, then steering; from the calls that the plugin's verbs make. */
const QUESTIONS: readonly Question[] = [
  cluster('list', 'nodes', 'status'),
  cluster('list', 'persistentvolumes', 'status'),
  cluster('list', 'nvmenodes', 'status', GROUP),
  cluster('list', 'nvmeprofiles', 'status', GROUP),
  cluster('create', 'nvmenodes', 'setup node', GROUP),
  cluster('patch', 'nvmenodes', 'setup node', GROUP),
  cluster('patch', 'nodes', 'uninstall'),
  cluster('create', 'customresourcedefinitions', 'install', 'apiextensions.k8s.io'),
  cluster('create', 'clusterroles', 'install', 'rbac.authorization.k8s.io'),
  { ...cluster('create', 'deployments', 'install', 'apps'), namespace: HOME_NAMESPACE },
];

interface AccessReview {
  spec: { resourceAttributes: { verb: string; group: string; resource: string; namespace?: string } };
  status?: { allowed: boolean };
}

const reviews: ResourceType<AccessReview> = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'selfsubjectaccessreviews',
  kind: 'SelfSubjectAccessReview',
  namespaced: false,
};

/** Asks the API server about the caller's own rights; everybody who is logged in may. */
export function askPermissions(kube: KubeApi): Promise<Permission[]> {
  return Promise.all(
    QUESTIONS.map(async (question) => {
      const { verb, group, resource, namespace } = question;
      const attributes = { verb, group, resource, ...(namespace === undefined ? {} : { namespace }) };
      const answer = await kube.create(reviews, { spec: { resourceAttributes: attributes } });
      return { ...question, allowed: answer.status?.allowed === true };
    }),
  );
}
