import { GROUP } from '../../api/group.ts';
import { EXEMPT } from '../../api/keys.ts';
import { PART_OF, PART_OF_LABEL, REGISTRATION_NAME } from '../../api/parts.ts';
import type { MutatingWebhookConfiguration, ValidatingWebhookConfiguration } from '../../kube/resources.ts';

/** Name of both configurations; RBAC allows writing these only. */
export const CONFIGURATION_NAME = REGISTRATION_NAME;
const TAINT_WEBHOOK = `taint.${GROUP}`;
const PROFILE_WEBHOOK = `profiles.${GROUP}`;

/** Where the API server finds the webhook: a Service, or an address when it runs outside the cluster. */
export type WebhookAddress =
  { kind: 'service'; namespace: string; name: string } | { kind: 'url'; base: string };

/** DNS names and IP addresses that the serving certificate must carry for this address. */
export function hostsOf(address: WebhookAddress): string[] {
  if (address.kind === 'url') return [new URL(address.base).hostname.replace(/^\[|\]$/g, '')];
  const base = `${address.name}.${address.namespace}`;
  return [`${base}.svc`, base, `${base}.svc.cluster.local`];
}

const API_VERSION = 'admissionregistration.k8s.io/v1';

const metadata = {
  name: CONFIGURATION_NAME,
  labels: { [PART_OF_LABEL]: PART_OF },
  // AKS's admissions enforcer would keep writing a namespaceSelector into it, and we would keep mending that.
  annotations: { 'admissions.enforcer/disabled': 'true' },
};

/** What no fault of ours can bring a cluster to a halt with: failures are ignored, two seconds at most. */
const harmless = {
  matchPolicy: 'Equivalent',
  failurePolicy: 'Ignore',
  sideEffects: 'None',
  timeoutSeconds: 2,
  admissionReviewVersions: ['v1'],
};

/** The registration for new Nodes: only CREATE, and exempt nodes never reach it. `path` is the endpoint's. */
export function taintConfiguration(
  address: WebhookAddress,
  path: string,
  caBundle: string,
): MutatingWebhookConfiguration {
  return {
    apiVersion: API_VERSION,
    kind: 'MutatingWebhookConfiguration',
    metadata,
    webhooks: [
      {
        name: TAINT_WEBHOOK,
        clientConfig: clientConfig(address, path, caBundle),
        rules: [
          {
            apiGroups: [''],
            apiVersions: ['v1'],
            operations: ['CREATE'],
            resources: ['nodes'],
            scope: 'Cluster',
          },
        ],
        ...harmless,
        reinvocationPolicy: 'IfNeeded',
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

/** The registration for NVMeProfiles that are written. `path` is the endpoint's. */
export function profileConfiguration(
  address: WebhookAddress,
  path: string,
  caBundle: string,
): ValidatingWebhookConfiguration {
  return {
    apiVersion: API_VERSION,
    kind: 'ValidatingWebhookConfiguration',
    metadata,
    webhooks: [
      {
        name: PROFILE_WEBHOOK,
        clientConfig: clientConfig(address, path, caBundle),
        rules: [
          {
            apiGroups: [GROUP],
            apiVersions: ['*'],
            operations: ['CREATE', 'UPDATE'],
            resources: ['nvmeprofiles'],
            scope: 'Cluster',
          },
        ],
        ...harmless,
      },
    ],
  };
}

function clientConfig(address: WebhookAddress, path: string, caBundle: string) {
  const where =
    address.kind === 'url'
      ? { url: new URL(path, address.base).href }
      : { service: { namespace: address.namespace, name: address.name, path, port: 443 } };
  return { ...where, caBundle: Buffer.from(caBundle).toString('base64') };
}
