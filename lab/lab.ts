import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pathWith, resolveBinaries } from './assets/binaries.ts';
import {
  clusterAuthority,
  issueKubeconfig,
  prepareControlPlane,
  startControlPlane,
} from './cluster/control-plane.ts';
import { adminApi } from './cluster/admin-api.ts';
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
import type { LabOptions, NodeOptions } from './options.ts';
import type { ClusterFacts } from './node/guest-config.ts';
import { addNode, labNode, type LabNode, type NodePlace } from './node/lab-node.ts';
import { allMachines } from './node/machine.ts';
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
  /** The nodes that the lab has now, by name. */
  nodes(): Promise<ReadonlyMap<string, LabNode>>;
  /** One node; its verbs fail with `NotFound` when the lab has no such node. */
  node(name: string): LabNode;
  /** A new machine; back when its Node is Ready unless `options.until` says otherwise. */
  addNode(name: string, options?: NodeOptions): Promise<LabNode>;
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
    await together(ctx, async (inner) => [
      startControlPlane(inner, dir, record.ports),
      addNodes(await attach(inner, dir, record), options),
    ]);
    await writeLabRecord(dir, { ...record, started: true });
    return await attach(ctx, dir, record);
  } catch (error) {
    await removeLab(dir);
    throw error;
  }
}

/** Runs all parts at once, as a node boots while the API server starts; the first that fails ends the others. */
async function together(
  ctx: LabContext,
  parts: (inner: LabContext) => Promise<readonly Promise<unknown>[]>,
): Promise<void> {
  const failure = new AbortController();
  const all = await parts({ ...ctx, signal: AbortSignal.any([ctx.signal, failure.signal]) });
  try {
    await Promise.all(all);
  } catch (error) {
    failure.abort(error);
    await Promise.allSettled(all);
    throw error;
  }
}

/** Nodes are called `node-1`, `node-2`, …; two boot side by side, as two cores allow. */
async function addNodes(lab: Lab, options: LabOptions): Promise<void> {
  const count = options.controlPlaneOnly === true ? 0 : (options.nodes ?? 1);
  const names = Array.from({ length: count }, (_, index) => `node-${index + 1}`);
  for (let at = 0; at < names.length; at += 2) {
    await Promise.all(names.slice(at, at + 2).map((name) => lab.addNode(name, options)));
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
  const api = await adminApi(dir, record.ports.apiServer);
  const cluster: ClusterFacts = {
    name,
    ca: await clusterAuthority(dir),
    apiServerPort: record.ports.apiServer,
  };
  const place: NodePlace = { ctx, labDir: dir, api, cluster };
  const dist = join(import.meta.dirname, '..', 'dist', 'kubectl-nvme');
  return {
    name,
    dir,
    kubeconfig,
    apiServer: server,
    kubectlPath: kubectl,
    api,
    env: () => ({ KUBECONFIG: kubeconfig, PATH: pathWith([kubectl, dist], ctx.env.PATH) }),
    issueKubeconfig: (user, groups = []) => issueKubeconfig(dir, { name, server }, user, groups),
    nodes: async () => {
      const machines = await allMachines(dir);
      return new Map(machines.map((machine) => [machine.name, labNode(place, machine.name)]));
    },
    node: (node) => labNode(place, node),
    addNode: (node, options = {}) => addNode(place, node, options),
    stop: () => removeLab(dir),
  };
}
