import { EXEMPT } from '../../api/keys.ts';
import type { MutatingWebhookConfiguration } from '../../kube/resources.ts';

/** Name of the configuration; RBAC allows writing this one only. */
export const CONFIGURATION_NAME = 'kubectl-nvme';
const WEBHOOK_NAME = 'taint.kubectl-nvme.dev';

/** Where the API server finds the webhook: a Service, or an address when it runs outside the cluster. */
export type WebhookAddress =
  { kind: 'service'; namespace: string; name: string } | { kind: 'url'; base: string };

/** DNS names and IP addresses that the serving certificate must carry for this address. */
export function hostsOf(address: WebhookAddress): string[] {
  if (address.kind === 'url') return [new URL(address.base).hostname.replace(/^\[|\]$/g, '')];
  const base = `${address.name}.${address.namespace}`;
  return [`${base}.svc`, base, `${base}.svc.cluster.local`];
}

/**
 * The whole registration. It cannot brick a cluster: only CREATE of Nodes, failures are ignored, two seconds at most,
 * and exempt nodes never reach it. `path` is the admission endpoint's.
 */
export function configuration(
  address: WebhookAddress,
  path: string,
  caBundle: string,
): MutatingWebhookConfiguration {
  const where =
    address.kind === 'url'
      ? { url: new URL(path, address.base).href }
      : { service: { namespace: address.namespace, name: address.name, path, port: 443 } };
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: {
      name: CONFIGURATION_NAME,
      labels: { 'app.kubernetes.io/part-of': 'kubectl-nvme' },
      // AKS's admissions enforcer would keep writing a namespaceSelector into it, and we would keep mending that.
      annotations: { 'admissions.enforcer/disabled': 'true' },
    },
    webhooks: [
      {
        name: WEBHOOK_NAME,
        clientConfig: { ...where, caBundle: Buffer.from(caBundle).toString('base64') },
        rules: [
          {
            apiGroups: [''],
            apiVersions: ['v1'],
            operations: ['CREATE'],
            resources: ['nodes'],
            scope: 'Cluster',
          },
        ],
        matchPolicy: 'Equivalent',
        failurePolicy: 'Ignore',
        sideEffects: 'None',
        timeoutSeconds: 2,
        reinvocationPolicy: 'IfNeeded',
        admissionReviewVersions: ['v1'],
        matchConditions: [
          {
            name: 'not-exempt',
            expression: `!('${EXEMPT}' in object.metadata.?annotations.orValue({}))`,
          },
        ],
      },
    ],
  };
}
