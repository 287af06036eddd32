import { setTimeout as delay } from 'node:timers/promises';
import { cloudFacts } from '../node/clouds.ts';
import type { Machine } from '../node/machine.ts';
import { UNINITIALIZED_TAINT, type NodeObject } from './node-object.ts';
import type { LabApi } from './api.ts';

/** One change of a Node by the cloud's controller. */
export interface NodePatch {
  path: string;
  type: 'application/merge-patch+json' | 'application/json-patch+json';
  body: unknown;
}

/**
 * What the cloud's controller has to change on a Node for it to be usable: nothing when all is as it should be.
 * Addresses come before the taint goes, as with real clouds: whoever sees the taint gone can read the node's logs.
 */
export function cloudPatches(node: NodeObject, machine: Machine): readonly NodePatch[] {
  const facts = cloudFacts(machine.cloud, machine.name, machine.machineID);
  const path = `/api/v1/nodes/${node.metadata.name}`;
  const addresses = [
    { type: 'InternalIP', address: '127.0.0.1' },
    { type: 'Hostname', address: node.metadata.name },
  ];
  const patches: NodePatch[] = [];
  if (!sameJson(node.status.addresses, addresses)) {
    // A merge patch replaces the list; the strategic merge that kubelets use would keep the old entries.
    patches.push({
      path: `${path}/status`,
      type: 'application/merge-patch+json',
      body: { status: { addresses } },
    });
  }
  const labels = Object.fromEntries(
    Object.entries(facts.controllerLabels).filter(([key, value]) => node.metadata.labels?.[key] !== value),
  );
  const providerID = node.spec.providerID === undefined ? { spec: { providerID: facts.providerID } } : {};
  if (Object.keys(labels).length > 0 || 'spec' in providerID) {
    patches.push({
      path,
      type: 'application/merge-patch+json',
      body: { metadata: { labels }, ...providerID },
    });
  }
  return [...patches, ...taintPatch(node, path)];
}

/** The list of taints is one value to the API: the test keeps a taint that was added meanwhile. */
function taintPatch(node: NodeObject, path: string): readonly NodePatch[] {
  const taints = node.spec.taints ?? [];
  const index = taints.findIndex(({ key }) => key === UNINITIALIZED_TAINT);
  if (index === -1) return [];
  const at = `/spec/taints/${index}`;
  const body = [
    { op: 'test', path: `${at}/key`, value: UNINITIALIZED_TAINT },
    { op: 'remove', path: at },
  ];
  return [{ path, type: 'application/json-patch+json', body }];
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** What the controller needs of its lab. */
export interface CloudControllerOptions {
  api: LabApi;
  /** The machine behind a Node's name; undefined for Nodes that are none of the lab's, such as fake ones. */
  machineOf: (name: string) => Promise<Machine | undefined>;
  log: (line: string) => unknown;
  signal: AbortSignal;
}

const WATCH_SECONDS = 300;
const RETRY_MS = 500;

/** Keeps the lab's Nodes as a cloud's controller would, until `signal`; every error is logged and tried again. */
export async function runCloudController(options: CloudControllerOptions): Promise<void> {
  while (!options.signal.aborted) {
    try {
      await followNodes(options);
    } catch (error) {
      options.log(`cloud controller: ${String(error)}`);
      await delay(RETRY_MS, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
}

/** A watch without a resource version begins with every Node there is. */
async function followNodes(options: CloudControllerOptions): Promise<void> {
  const path = `/api/v1/nodes?watch=true&timeoutSeconds=${WATCH_SECONDS}`;
  // The server ends the watch; a server that died without a word is noticed by this limit.
  const limit = AbortSignal.timeout((WATCH_SECONDS + 30) * 1000);
  for await (const event of options.api.watch(path, AbortSignal.any([options.signal, limit]))) {
    const { type, object } = event as { type: string; object: NodeObject };
    if (type === 'ERROR') throw new Error(`the watch of nodes ended: ${JSON.stringify(object)}`);
    if (type !== 'DELETED') await initialize(options, object);
  }
}

async function initialize({ api, machineOf, log }: CloudControllerOptions, node: NodeObject): Promise<void> {
  const machine = await machineOf(node.metadata.name);
  if (machine === undefined) return;
  for (const { path, type, body } of cloudPatches(node, machine)) {
    try {
      await api.patch(path, body, type);
    } catch (error) {
      // Most often the Node has changed or is gone: the event that says so is on its way, and brings us here again.
      log(`cloud controller: ${String(error)}`);
    }
  }
}
