import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathWith, resolveBinaries } from './assets/binaries.ts';
import {
  adminApi,
  issueKubeconfig,
  prepareControlPlane,
  startControlPlane,
} from './cluster/control-plane.ts';
import type { LabApi } from './cluster/api.ts';
import { componentKubeconfig, type ControlPlanePorts } from './cluster/components.ts';
import { freePorts } from './cluster/ports.ts';
import type { LabContext } from './context.ts';
import { LabError } from './errors.ts';
import { startKeeper } from './keeper.ts';
import {
  claimLabDir,
  labDir,
  readLabRecord,
  removeAbandonedLabs,
  removeLab,
  writeLabRecord,
  type LabRecord,
} from './lab-record.ts';
import type { LabOptions } from './options.ts';
import { processIdentity } from './process/identity.ts';

/** A running lab: a control plane of its own and any number of nodes. */
export interface Lab {
  readonly name: string;
  /** The state folder. */
  readonly dir: string;
  /** The path of a kubeconfig with all rights. */
  readonly kubeconfig: string;
  /** `https://127.0.0.1:PORT`. */
  readonly apiServer: string;
  /** kubectl of the cluster's version. */
  readonly kubectlPath: string;
  /** The lab's own client with all rights, for set-up and teardown; what is under test brings its own. */
  readonly api: LabApi;
  /** `KUBECONFIG`, and a `PATH` on which kubectl and the built programs come first. */
  env(): { KUBECONFIG: string; PATH: string };
  /** The path of a kubeconfig for any user and groups: how tests try RBAC. */
  issueKubeconfig(user: string, groups?: readonly string[]): Promise<string>;
  /** Ends every process of the lab, waits until they are gone, and removes its state. */
  stop(): Promise<void>;
}

/**
 * Starts a lab. When it fails or `ctx.signal` aborts, everything that it had started is ended again.
 * With `ctx.lifetime` `owner` the lab ends with this process, even when that is killed.
 */
export async function startLab(ctx: LabContext, options: LabOptions = {}): Promise<Lab> {
  await removeAbandonedLabs(ctx);
  const name =
    options.name ??
    (ctx.lifetime === 'detached' ? 'lab' : `t${process.pid}-${randomBytes(2).toString('hex')}`);
  const dir = await claimLabDir(ctx, name);
  try {
    const record = await newRecord(ctx, name);
    await writeLabRecord(dir, record);
    await prepareControlPlane(dir, name, serverURL(record.ports));
    await startKeeper(ctx, dir);
    await startControlPlane(ctx, dir, record.ports);
    await writeLabRecord(dir, { ...record, started: true });
    return await attach(ctx, dir, record);
  } catch (error) {
    await removeLab(dir);
    throw error;
  }
}

/** Attaches to a lab that runs, from whichever process. */
export async function openLab(ctx: LabContext, name: string): Promise<Lab> {
  const dir = labDir(ctx, name);
  const record = await readLabRecord(dir);
  if (record === undefined) {
    throw new LabError(
      'NotFound',
      `there is no lab "${name}": \`npm run lab -- up --name ${name}\` starts it, \`npm run lab -- status\` lists what runs`,
    );
  }
  if (!record.started)
    throw new LabError(
      'NotFound',
      `lab "${name}" is still starting, or its start was killed: \`npm run lab -- down --name ${name}\` removes it`,
    );
  return await attach(ctx, dir, record);
}

async function newRecord(ctx: LabContext, name: string): Promise<LabRecord> {
  const [apiServer, etcdClient, etcdPeer] = await freePorts(3);
  if (apiServer === undefined || etcdClient === undefined || etcdPeer === undefined) {
    throw new LabError('Invalid', 'freePorts gave fewer ports than asked for');
  }
  const owner = ctx.lifetime === 'owner' ? processIdentity(process.pid) : undefined;
  const record = {
    name,
    createdAt: new Date().toISOString(),
    ports: { apiServer, etcdClient, etcdPeer },
    started: false,
  };
  return owner === undefined ? record : { ...record, owner };
}

function serverURL(ports: ControlPlanePorts): string {
  return `https://127.0.0.1:${ports.apiServer}`;
}

async function attach(ctx: LabContext, dir: string, record: LabRecord): Promise<Lab> {
  const { kubectl } = await resolveBinaries(ctx, ['kubectl']);
  const { name } = record;
  const kubeconfig = componentKubeconfig(dir, 'admin');
  const server = serverURL(record.ports);
  const dist = join(import.meta.dirname, '..', 'dist', 'kubectl-nvme');
  return {
    name,
    dir,
    kubeconfig,
    apiServer: server,
    kubectlPath: kubectl,
    api: await adminApi(dir, record.ports.apiServer),
    env: () => ({ KUBECONFIG: kubeconfig, PATH: pathWith([kubectl, dist], ctx.env.PATH) }),
    issueKubeconfig: (user, groups = []) => issueKubeconfig(dir, { name, server }, user, groups),
    stop: () => removeLab(dir),
  };
}
