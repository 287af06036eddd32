import { STARTUP_TAINT_KEY } from '../../api/keys.ts';
import type { NVMeNodeSpec } from '../../api/node.ts';
import type { NVMeProfileSpecInput } from '../../api/profile.ts';
import type { Snapshot } from '../../api/snapshot.ts';
import { StatusWriter } from '../../agent/report/status-writer.ts';
import type { Readiness } from '../../agent/report/readiness.ts';
import { intentOf } from '../../agent/run/intent.ts';
import { planFor } from '../../agent/run/look.ts';
import { observe } from '../../agent/run/observe.ts';
import { reconcile } from '../../agent/run/reconcile.ts';
import type { Clock } from '../../kube/clock.ts';
import { EventRecorder } from '../../kube/events.ts';
import { nodes, nvmeNodes, nvmeProfiles, persistentVolumes } from '../../kube/resources.ts';
import { createLogger } from '../../logging/logger.ts';
import { FakeHost, KilledError, type Kill } from '../fakes/host.ts';
import { FakeKube } from '../fakes/kube.ts';
import { machine, type DriveOverrides } from './machine.ts';
import { node, nvmeNode, nvmeProfile } from './objects.ts';

/** Boot ID of the node and of its machines. */
export const BOOT = 'boot-1';

/** A tainted node `n1` with its profile and NVMeNode, and rounds of its agent on made-up machines. */
export interface AgentNode {
  kube: FakeKube;
  /** A machine with these drives, whose programs are those that the agent would plan now. */
  hostWith(drives: Record<string, DriveOverrides>, kill?: Kill): Promise<FakeHost>;
  hostOf(snapshot: Snapshot, kill?: Kill): Promise<FakeHost>;
  /** One round; rejects with KilledError when the host has died. */
  round(host: FakeHost, bootID?: string): Promise<Readiness>;
}

/** A host whose data directories are empty. */
export class NodeHost extends FakeHost {
  override readDirectory(): Promise<string[]> {
    return Promise.resolve([]);
  }
}

/** Makes the node; `nvme` is the spec of its NVMeNode, `annotations` those of the Node. */
export async function agentNode(
  spec: NVMeProfileSpecInput,
  nvme: NVMeNodeSpec = {},
  annotations: Record<string, string> = {},
): Promise<AgentNode> {
  const kube = new FakeKube();
  const taints = [{ key: STARTUP_TAINT_KEY, effect: 'NoSchedule' }];
  await kube.create(nodes, node({ metadata: { annotations }, spec: { taints } }));
  const { metadata } = await kube.get(nodes, 'n1');
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: metadata?.uid ?? '' };
  await kube.create(nvmeProfiles, { ...nvmeProfile({ metadata: { name: 'p' } }), spec });
  await kube.create(nvmeNodes, {
    ...nvmeNode({ metadata: { name: 'n1', ownerReferences: [owner] } }),
    spec: { profile: 'p', ...nvme },
    status: {},
  });
  const hostOf: AgentNode['hostOf'] = async (snapshot, kill) => {
    const seen = await observe(kube, 'n1', BOOT);
    return new NodeHost(snapshot, planFor(snapshot, seen, intentOf(seen).spec).steps, kill);
  };
  return {
    kube,
    hostOf,
    hostWith: (drives, kill) => hostOf(machine({ drives, snapshot: { bootID: BOOT } }), kill),
    round: (host, bootID = BOOT) => oneRound(kube, host, bootID),
  };
}

/** Programs that the agent ran to write. */
export const writesOf = ({ programs }: FakeHost): string[] => programs.filter((line) => line.startsWith('!'));

async function oneRound(kube: FakeKube, host: FakeHost, bootID: string): Promise<Readiness> {
  const clock = clockOf(kube);
  const mortal = until(() => host.killed, kube);
  const recorder = new EventRecorder({ kube: mortal, clock, component: 'nvme-agent', instance: 'n1' });
  const discover = () => Promise.resolve(structuredClone(host.snapshot));
  const logger = createLogger(() => undefined, clock);
  const statusWriter = new StatusWriter(mortal, clock);
  const told = { logger, events: recorder, statusWriter };
  const options = { kube: mortal, host, clock, ...told, discover, nodeName: 'n1', bootID };
  try {
    return await reconcile({ ...options, version: 'test' }, new AbortController().signal);
  } finally {
    await recorder.flush();
  }
}

/** The way to the API server of an agent that may die. */
function until(isDead: () => boolean, kube: FakeKube): FakeKube {
  return new Proxy(kube, {
    get: (target, key) => {
      if (isDead()) throw new KilledError('killed');
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

/** While the agent waits, Kubernetes' PersistentVolume controller does its part. */
function clockOf(kube: FakeKube): Clock {
  return {
    now: () => Date.UTC(2026, 0, 1),
    sleep: async () => {
      for (const { metadata, status } of (await kube.listAll(persistentVolumes)).items) {
        if (status?.phase !== undefined && status.phase !== 'Pending') continue;
        const patch = { type: 'merge' as const, body: { status: { phase: 'Available' } } };
        await kube.patch(persistentVolumes, metadata?.name ?? '', patch, { subresource: 'status' });
      }
    },
  };
}
