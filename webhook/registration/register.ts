import { isDeepStrictEqual } from 'node:util';
import type { KubeApi } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { isAlreadyExists, isConflict, isNotFound } from '../../kube/errors.ts';
import { mutatingWebhooks, type MutatingWebhookConfiguration } from '../../kube/resources.ts';
import { mergedBundle } from '../certificates/bundle.ts';
import { CONFIGURATION_NAME, configuration, type WebhookAddress } from './configuration.ts';

export interface RegistrationOptions {
  kube: KubeApi;
  clock: Clock;
  address: WebhookAddress;
  /** Path of the admission endpoint. */
  path: string;
}

const ATTEMPTS = 5;

/**
 * Makes the registration what it should be, with at least `bundle` trusted: created when it is missing, mended when
 * somebody blanked or changed it, untouched when it is right. Needs, on mutatingwebhookconfigurations: create (any
 * name), get and update of `kubectl-nvme`.
 */
export async function register(options: RegistrationOptions, bundle: string): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      await registerOnce(options, bundle);
      return;
    } catch (error) {
      // Another replica wrote at the same moment, and wants the same.
      if (!isAlreadyExists(error) && !isConflict(error)) throw error;
    }
  }
  throw new Error(
    `The MutatingWebhookConfiguration ${CONFIGURATION_NAME} changed at each of ${ATTEMPTS} attempts to write it; trying again later`,
  );
}

async function registerOnce(options: RegistrationOptions, bundle: string): Promise<void> {
  const { kube, clock, address, path } = options;
  const found = await read(kube);
  const published = found?.webhooks?.[0]?.clientConfig.caBundle ?? '';
  const merged = mergedBundle(bundle, Buffer.from(published, 'base64').toString('utf8'), clock.now());
  const wanted = configuration(address, path, merged);
  if (found === undefined) await kube.create(mutatingWebhooks, wanted);
  else if (!holds(found, wanted)) {
    await kube.replace(mutatingWebhooks, CONFIGURATION_NAME, laidOver(found, wanted));
  }
}

async function read(kube: KubeApi): Promise<MutatingWebhookConfiguration | undefined> {
  try {
    return await kube.get(mutatingWebhooks, CONFIGURATION_NAME);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Somebody may have narrowed the selectors on purpose: they stay, everything else becomes what is wanted. */
function laidOver(
  found: MutatingWebhookConfiguration,
  wanted: MutatingWebhookConfiguration,
): MutatingWebhookConfiguration {
  const { namespaceSelector, objectSelector } = found.webhooks?.[0] ?? {};
  const selectors = {
    ...(namespaceSelector === undefined ? {} : { namespaceSelector }),
    ...(objectSelector === undefined ? {} : { objectSelector }),
  };
  const labels = { ...found.metadata?.labels, ...wanted.metadata?.labels };
  const annotations = { ...found.metadata?.annotations, ...wanted.metadata?.annotations };
  return {
    ...wanted,
    metadata: { ...found.metadata, labels, annotations },
    webhooks: (wanted.webhooks ?? []).map((hook) => ({ ...hook, ...selectors })),
  };
}

/** Whether what is stored already does what is wanted; the API server's own defaults do not count as a difference. */
function holds(found: MutatingWebhookConfiguration, wanted: MutatingWebhookConfiguration): boolean {
  return (
    contains(found.metadata?.annotations, wanted.metadata?.annotations) &&
    contains(found.webhooks, wanted.webhooks)
  );
}

/** Whether every value of `wanted` stands in `actual`; lists must agree in length. */
export function contains(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(actual) || actual.length !== wanted.length) return false;
    return wanted.every((item, index) => contains(actual[index], item));
  }
  if (typeof wanted !== 'object' || wanted === null) return isDeepStrictEqual(actual, wanted);
  if (typeof actual !== 'object' || actual === null) return false;
  return Object.entries(wanted).every(([key, value]) =>
    contains((actual as Record<string, unknown>)[key], value),
  );
}
