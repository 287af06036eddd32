import { isDeepStrictEqual } from 'node:util';
import type { KubeApi, ResourceType } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { absent } from '../../kube/absent.ts';
import { isAlreadyExists, isConflict } from '../../kube/errors.ts';
import { mutatingWebhooks, validatingWebhooks } from '../../kube/resources.ts';
import { mergedBundle } from '../certificates/bundle.ts';
import {
  CONFIGURATION_NAME,
  profileConfiguration,
  taintConfiguration,
  type WebhookAddress,
} from './configuration.ts';

export interface RegistrationOptions {
  kube: KubeApi;
  clock: Clock;
  address: WebhookAddress;
  /** Paths of the endpoints for Nodes and for NVMeProfiles. */
  paths: { nodes: string; profiles: string };
}

/** What both kinds of configuration have. */
interface Configuration {
  metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  webhooks?: { clientConfig: { caBundle?: string }; namespaceSelector?: object; objectSelector?: object }[];
}

/** One configuration: where it is stored, and what it should be with this PEM bundle. */
interface Registration<T extends Configuration> {
  type: ResourceType<T>;
  wanted: (bundle: string) => T;
}

const ATTEMPTS = 5;

/**
 * Makes the registrations what they should be, with at least `bundle` trusted: created when missing, mended when
 * somebody blanked or changed them, untouched when right. Needs, on mutatingwebhookconfigurations and
 * validatingwebhookconfigurations: create (any name), get and update of `kubectl-nvme`.
 */
export async function register(options: RegistrationOptions, bundle: string): Promise<void> {
  const { address, paths } = options;
  await keepRight(options, bundle, {
    type: mutatingWebhooks,
    wanted: (pem) => taintConfiguration(address, paths.nodes, pem),
  });
  await keepRight(options, bundle, {
    type: validatingWebhooks,
    wanted: (pem) => profileConfiguration(address, paths.profiles, pem),
  });
}

async function keepRight<T extends Configuration>(
  options: RegistrationOptions,
  bundle: string,
  registration: Registration<T>,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      await writeOnce(options, bundle, registration);
      return;
    } catch (error) {
      // Another replica wrote at the same moment, and wants the same.
      if (!isAlreadyExists(error) && !isConflict(error)) throw error;
    }
  }
  throw new Error(
    `The ${registration.type.kind} ${CONFIGURATION_NAME} changed at each of ${ATTEMPTS} attempts to write it; trying again later`,
  );
}

async function writeOnce<T extends Configuration>(
  { kube, clock }: RegistrationOptions,
  bundle: string,
  { type, wanted }: Registration<T>,
): Promise<void> {
  const found = await read(kube, type);
  const published = found?.webhooks?.[0]?.clientConfig.caBundle ?? '';
  const merged = mergedBundle(bundle, Buffer.from(published, 'base64').toString('utf8'), clock.now());
  const right = wanted(merged);
  if (found === undefined) await kube.create(type, right);
  else if (!holds(found, right)) await kube.replace(type, CONFIGURATION_NAME, laidOver(found, right));
}

async function read<T>(kube: KubeApi, type: ResourceType<T>): Promise<T | undefined> {
  return absent(kube.get(type, CONFIGURATION_NAME));
}

/** Somebody may have narrowed the selectors on purpose: they stay, everything else becomes what is wanted. */
function laidOver<T extends Configuration>(found: T, wanted: T): T {
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
function holds(found: Configuration, wanted: Configuration): boolean {
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
