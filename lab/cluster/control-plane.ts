import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveBinaries } from '../assets/binaries.ts';
import type { LabContext } from '../context.ts';
import { isRunning } from '../process/identity.ts';
import { exitedEarly, spawnTracked, type TrackedProcess } from '../process/tracked.ts';
import { waitFor } from '../wait.ts';
import { adminApi } from './admin-api.ts';
import { LabApiError } from './api.ts';
import { certificatePaths } from './certificate-paths.ts';
import { clusterCertificates, userCertificate, writeCertificates } from './certificates.ts';
import {
  componentFlags,
  componentKubeconfig,
  type ControlPlanePorts,
  type ControlPlaneProgram,
} from './components.ts';
import { kubeconfig } from './kubeconfig.ts';
import { issue, type KeyPair } from './pki.ts';

/** The users that the control plane's own parts run as, by the name of their kubeconfig file. */
const componentUsers = {
  admin: ['kubernetes-admin', ['system:masters']],
  'kube-controller-manager': ['system:kube-controller-manager', []],
  'kube-scheduler': ['system:kube-scheduler', []],
  // As kubeadm's clusters have it for a cloud's controller that runs outside the cluster.
  'cloud-controller': ['lab-cloud-controller', ['system:masters']],
} as const satisfies Record<string, readonly [string, readonly string[]]>;

const START_TIMEOUT_MS = 120_000;

/** Makes the certificates and kubeconfigs of a new control plane. */
export async function prepareControlPlane(labDir: string, name: string, server: string): Promise<void> {
  const now = new Date();
  const certificates = await clusterCertificates(now);
  await writeCertificates(labDir, certificates);
  await mkdir(join(labDir, 'kubeconfigs'), { recursive: true, mode: 0o700 });
  const { ca } = certificates;
  await Promise.all(
    Object.entries(componentUsers).map(async ([file, [user, groups]]) => {
      const client = await issue(ca, userCertificate(user, groups), now);
      await writeUser(labDir, file, { name, server, ca: ca.cert, user, client });
    }),
  );
}

/** A kubeconfig file for any user and groups, signed by the cluster's authority: how tests try RBAC. */
export async function issueKubeconfig(
  labDir: string,
  cluster: { name: string; server: string },
  user: string,
  groups: readonly string[],
): Promise<string> {
  const ca = await clusterAuthority(labDir);
  const client = await issue(ca, userCertificate(user, groups), new Date());
  const file = [user, ...groups].join('+').replaceAll(/[^A-Za-z0-9.+-]/g, '_');
  return await writeUser(labDir, `user-${file}`, { ...cluster, ca: ca.cert, user, client });
}

/** The authority that signs users and kubelets of this lab. */
export async function clusterAuthority(labDir: string): Promise<KeyPair> {
  const { caCert, caKey } = certificatePaths(labDir);
  return { cert: await readFile(caCert, 'utf8'), key: await readFile(caKey, 'utf8') };
}

async function writeUser(
  labDir: string,
  file: string,
  parts: { name: string; server: string; ca: string; user: string; client: KeyPair },
): Promise<string> {
  const { name, server, ca, user, client } = parts;
  const path = componentKubeconfig(labDir, file);
  const text = kubeconfig({ name: `lab-${name}`, server, certificateAuthority: ca, user, client });
  await writeFile(path, text, { mode: 0o600 });
  return path;
}

/**
 * Starts the four programs and comes back when pods can be created: the API server is ready and the default
 * namespace has its service account. A program that ends meanwhile is an error with the end of its log.
 */
export async function startControlPlane(
  ctx: LabContext,
  labDir: string,
  ports: ControlPlanePorts,
): Promise<void> {
  const binaries = await resolveBinaries(ctx, [
    'etcd',
    'kube-apiserver',
    'kube-controller-manager',
    'kube-scheduler',
  ]);
  const flags = componentFlags(labDir, ports);
  const start = (name: ControlPlaneProgram): Promise<TrackedProcess> =>
    spawnTracked(labDir, {
      name,
      command: [binaries[name], ...flags[name]],
      cwd: labDir,
      diesWithParent: ctx.lifetime === 'owner',
    });
  const servers = [await start('etcd'), await start('kube-apiserver')];
  const api = await adminApi(labDir, ports.apiServer);
  await answers(ctx, servers, 'the API server to be ready', () => api.get('/readyz'));
  const all = [...servers, await start('kube-controller-manager'), await start('kube-scheduler')];
  await answers(ctx, all, 'the default service account', () =>
    api.get('/api/v1/namespaces/default/serviceaccounts/default'),
  );
}

async function answers(
  ctx: LabContext,
  processes: readonly TrackedProcess[],
  what: string,
  ask: () => Promise<unknown>,
): Promise<void> {
  let lastSeen = 'nothing';
  const options = {
    timeoutMs: START_TIMEOUT_MS,
    intervalMs: 50,
    signal: ctx.signal,
    lastSeen: () => lastSeen,
  };
  await waitFor(what, options, async () => {
    for (const process of processes) {
      if (!isRunning(process)) throw await exitedEarly(process.name, process.log);
    }
    try {
      await ask();
      return true;
    } catch (error) {
      lastSeen = error instanceof LabApiError ? `HTTP ${error.status}` : String(error);
      return undefined;
    }
  });
}
