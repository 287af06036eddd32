import { beforeEach, describe, expect, it } from 'vitest';
import {
  mutatingWebhooks,
  validatingWebhooks,
  type MutatingWebhookConfiguration,
} from '../../../../kube/resources.ts';
import { createAuthority } from '../../../../webhook/certificates/authority.ts';
import { certificatesIn } from '../../../../kube/pem.ts';
import {
  CONFIGURATION_NAME,
  hostsOf,
  type WebhookAddress,
} from '../../../../webhook/registration/configuration.ts';
import { register } from '../../../../webhook/registration/register.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { FakeKube } from '../../../fakes/kube.ts';

const service: WebhookAddress = { kind: 'service', namespace: 'kubectl-nvme', name: 'nvme-webhook' };
let kube: FakeKube;
let bundle: string;

beforeEach(async () => {
  kube = new FakeKube(new SteppedClock());
  bundle = (await createAuthority(kube.clock.now())).certificate;
});

const registerAt = (address: WebhookAddress, pem = bundle): Promise<void> =>
  register({ kube, clock: kube.clock, address, paths: { nodes: '/admit', profiles: '/check' } }, pem);
const stored = (): MutatingWebhookConfiguration =>
  kube.peek(mutatingWebhooks, CONFIGURATION_NAME) ?? expect.fail('not registered');
const trusted = (): string[] =>
  certificatesIn(Buffer.from(stored().webhooks?.[0]?.clientConfig.caBundle ?? '', 'base64').toString());

describe('the registration', () => {
  it('cannot brick a cluster', async () => {
    await registerAt(service);
    expect(stored().webhooks).toMatchObject([
      {
        clientConfig: {
          service: { namespace: 'kubectl-nvme', name: 'nvme-webhook', path: '/admit', port: 443 },
        },
        rules: [{ operations: ['CREATE'], resources: ['nodes'] }],
        failurePolicy: 'Ignore',
        timeoutSeconds: 2,
        sideEffects: 'None',
        matchPolicy: 'Equivalent',
        reinvocationPolicy: 'IfNeeded',
      },
    ]);
    expect(stored().metadata?.annotations).toEqual({ 'admissions.enforcer/disabled': 'true' });
  });

  it('has profiles checked, and nobody kept from mending one while the webhook is down', async () => {
    await registerAt(service);
    expect(kube.peek(validatingWebhooks, CONFIGURATION_NAME)?.webhooks).toMatchObject([
      {
        clientConfig: { service: { path: '/check' } },
        rules: [{ operations: ['CREATE', 'UPDATE'], resources: ['nvmeprofiles'] }],
        failurePolicy: 'Ignore',
        timeoutSeconds: 2,
      },
    ]);
  });

  it('leads to an address when there is no Service', async () => {
    await registerAt({ kind: 'url', base: 'https://127.0.0.1:8443' });
    expect(stored().webhooks?.[0]?.clientConfig).toMatchObject({ url: 'https://127.0.0.1:8443/admit' });
  });

  it('writes nothing when all is right', async () => {
    await registerAt(service);
    await registerAt(service);
    expect(kube.writes).toHaveLength(2);
  });

  it.each<[string, (hook: NonNullable<MutatingWebhookConfiguration['webhooks']>[number]) => void]>([
    ['a blanked caBundle', (hook) => delete hook.clientConfig.caBundle],
    ['a caBundle of somebody else', (hook) => (hook.clientConfig.caBundle = 'eA==')],
    ['failurePolicy Fail', (hook) => (hook.failurePolicy = 'Fail')],
    ['a long timeout', (hook) => (hook.timeoutSeconds = 30)],
  ])('mends %s', async (_, damage) => {
    await registerAt(service);
    const right = stored().webhooks;
    kube.change(mutatingWebhooks, CONFIGURATION_NAME, (object) => (object.webhooks ?? []).forEach(damage));
    await registerAt(service);
    expect(stored().webhooks).toEqual(right);
  });

  it('keeps selectors that somebody narrowed, and what the API server adds', async () => {
    await registerAt(service);
    const objectSelector = { matchLabels: { pool: 'nvme' } };
    kube.change(mutatingWebhooks, CONFIGURATION_NAME, (object) => {
      object.webhooks = (object.webhooks ?? []).map((hook) => ({
        ...hook,
        objectSelector,
        failurePolicy: 'Fail',
      }));
    });
    await registerAt(service);
    expect(stored().webhooks?.[0]).toMatchObject({ objectSelector, failurePolicy: 'Ignore' });
  });

  it('goes on trusting the CA of a replica that has not followed a rotation', async () => {
    await registerAt(service);
    const next = (await createAuthority(kube.clock.now())).certificate;
    await registerAt(service, next);
    expect(trusted()).toEqual([next, bundle]);
    await registerAt(service, bundle);
    expect(trusted()).toHaveLength(2);
  });

  it('survives another replica that writes at the same moment', async () => {
    await Promise.all([registerAt(service), registerAt(service)]);
    expect(trusted()).toEqual([bundle]);
  });

  it('names the hosts that the API server checks', () => {
    expect(hostsOf(service)[0]).toBe('nvme-webhook.kubectl-nvme.svc');
    expect(hostsOf({ kind: 'url', base: 'https://[::1]:8443' })).toEqual(['::1']);
  });
});
