import { CLEANUP_CONFIG_MAP, NODE_LABEL, PROVISIONER } from '../../api/keys.ts';
import {
  AGENT_NAME,
  AGENT_NAMESPACE,
  HOME_NAMESPACE,
  REGISTRATION_NAME,
  WEBHOOK_NAME,
} from '../../api/parts.ts';
import type { KubeApi, ResourceType } from '../../kube/api.ts';
import { absent } from '../../kube/absent.ts';
import { isForbidden, isUnknownKind } from '../../kube/errors.ts';
import {
  configMaps,
  csiDrivers,
  daemonSets,
  deployments,
  endpointSlices,
  mutatingWebhooks,
  nodes,
  nvmeNodes,
  nvmeProfiles,
  persistentVolumes,
  storageClasses,
} from '../../kube/resources.ts';
import { whyNotRunning } from '../install/pending-pods.ts';
import { readRecord } from '../install/record.ts';
import { tryBirth } from './birth.ts';
import { nodePools } from './node-pool.ts';
import { askPermissions } from './permissions.ts';
import type { Read, Survey } from './survey.ts';

/** Reads everything at once. What is forbidden is missing from the survey; an API server that fails is thrown. */
export async function takeSurvey(kube: KubeApi, now: number, pluginVersion: string): Promise<Survey> {
  const profiles = await read(() => all(kube, nvmeProfiles));
  const home = { namespace: HOME_NAMESPACE };
  const reads = {
    serverVersion: read(() => serverVersion(kube)),
    record: read(() => readRecord(kube)),
    served: read(() => isServed(kube)),
    permissions: read(() => askPermissions(kube)),
    nodes: read(() => all(kube, nodes)),
    nvmeNodes: read(() => all(kube, nvmeNodes)),
    volumes: read(() => all(kube, persistentVolumes, { labelSelector: NODE_LABEL })),
    storageClasses: read(() => all(kube, storageClasses)),
    csiDriver: read(() => one(kube, csiDrivers, PROVISIONER)),
    webhook: read(() => one(kube, deployments, WEBHOOK_NAME, home)),
    agent: read(() => one(kube, daemonSets, AGENT_NAME, { namespace: AGENT_NAMESPACE })),
    webhookTrouble: read(() => whyNotRunning(kube, HOME_NAMESPACE, WEBHOOK_NAME)),
    agentTrouble: read(() => whyNotRunning(kube, AGENT_NAMESPACE, AGENT_NAME)),
    registration: read(() => one(kube, mutatingWebhooks, REGISTRATION_NAME)),
    endpoints: read(() =>
      all(kube, endpointSlices, { ...home, labelSelector: `kubernetes.io/service-name=${WEBHOOK_NAME}` }),
    ),
    birth: read(() => tryBirth(kube, 'value' in profiles ? profiles.value : [])),
    deployments: read(() => all(kube, deployments)),
    nodePools: read(() => orNone(all(kube, nodePools))),
    cleanup: read(() => one(kube, configMaps, CLEANUP_CONFIG_MAP, home)),
  };
  const entries = Object.entries(reads).map(async ([key, value]) => [key, await value] as const);
  const done = Object.fromEntries(await Promise.all(entries)) as Omit<
    Survey,
    'now' | 'pluginVersion' | 'profiles'
  >;
  return { now, pluginVersion, profiles, ...done };
}

async function read<T>(reading: () => Promise<T>): Promise<Read<T>> {
  try {
    return { value: await reading() };
  } catch (error) {
    if (isForbidden(error) || isUnknownKind(error)) return { unread: (error as Error).message };
    throw error;
  }
}

async function all<T>(
  kube: KubeApi,
  type: ResourceType<T>,
  options: { namespace?: string; labelSelector?: string } = {},
): Promise<T[]> {
  return (await kube.listAll(type, options)).items;
}

async function one<T>(
  kube: KubeApi,
  type: ResourceType<T>,
  name: string,
  options: { namespace?: string } = {},
): Promise<T | undefined> {
  return absent(kube.get(type, name, options));
}

/** Nothing, where the kind is not installed. */
async function orNone<T>(reading: Promise<T[]>): Promise<T[]> {
  try {
    return await reading;
  } catch (error) {
    if (isUnknownKind(error)) return [];
    throw error;
  }
}

async function serverVersion(kube: KubeApi): Promise<string> {
  const { gitVersion = '' } = JSON.parse(await kube.raw('/version')) as { gitVersion?: string };
  return gitVersion;
}

async function isServed(kube: KubeApi): Promise<boolean> {
  try {
    await kube.list(nvmeProfiles, { limit: 1 });
    return true;
  } catch (error) {
    if (isUnknownKind(error)) return false;
    throw error;
  }
}
