import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { API_VERSION } from '../../api/group.ts';
import type { KubeApi } from '../../kube/api.ts';
import { configMaps, nvmeProfiles } from '../../kube/resources.ts';
import type { LabContext } from '../../lab/context.ts';
import { applyManifests } from '../../lab/install/install.ts';
import { serviceAccountKubeconfig } from '../../lab/install/service-account.ts';
import type { Lab } from '../../lab/lab.ts';
import { realKube } from '../builders/real-kube.ts';
import { faultProxy, type FaultProxy } from '../builders/fault-proxy.ts';
import { NAMESPACE, SOAK_LABEL, STORAGE_CLASS } from './machine.ts';
import { Replica } from './replica.ts';

/** Certificates renew within the hour too. */
const LIVES = ['--ca-lifetime=40m', '--leaf-lifetime=15m'];

/** Installs what the webhook needs, the soak's profile, and what its pods are controlled by. */
export async function install(ctx: LabContext, lab: Lab): Promise<{ kube: KubeApi; controllerUID: string }> {
  await applyManifests(ctx, lab, { image: 'kubectl-nvme:none' });
  const kube = await realKube(lab.kubeconfig);
  await kube.create(nvmeProfiles, {
    apiVersion: API_VERSION,
    kind: 'NVMeProfile',
    metadata: { name: 'soak' },
    spec: { nodeSelector: { matchLabels: SOAK_LABEL }, volumes: { storageClassName: STORAGE_CLASS } },
  });
  const metadata = { name: 'soak', namespace: NAMESPACE };
  const controller = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
  const made = await kube.create(configMaps, controller, { namespace: NAMESPACE });
  return { kube, controllerUID: made.metadata?.uid ?? '' };
}

/** Starts a replica with the rights of its service account, behind a fault proxy. */
export async function startReplica(
  ctx: LabContext,
  lab: Lab,
  name: string,
  ...flags: string[]
): Promise<Replica> {
  const proxy = await faultProxy(lab.kubeconfig, 'client');
  const kubeconfig = await kubeconfigBehind(ctx, lab, name, proxy);
  const replica = new Replica(ctx, lab, name, proxy, [`--kubeconfig=${kubeconfig}`, ...LIVES, ...flags]);
  await replica.start();
  return replica;
}

async function kubeconfigBehind(
  ctx: LabContext,
  lab: Lab,
  name: string,
  { url }: FaultProxy,
): Promise<string> {
  const account = { namespace: 'kubectl-nvme', account: 'nvme-webhook', duration: '24h' };
  const direct = await readFile(await serviceAccountKubeconfig(ctx, lab, account), 'utf8');
  const config = parse(direct) as { clusters: { cluster: object }[] };
  for (const one of config.clusters) one.cluster = { server: url };
  const path = join(lab.dir, `${name}.kubeconfig`);
  await writeFile(path, stringify(config), { mode: 0o600 });
  return path;
}
