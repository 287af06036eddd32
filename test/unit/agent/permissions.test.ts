import { expect, it } from 'vitest';
import { PERMISSIONS } from '../../../agent/permissions.ts';
import { runAgent } from '../../../agent/run/run.ts';
import { STARTUP_TAINT_KEY } from '../../../api/keys.ts';
import { events, nodes, nvmeNodes, nvmeProfiles } from '../../../kube/resources.ts';
import { createLogger } from '../../../logging/logger.ts';
import { BOOT } from '../../builders/agent-node.ts';
import { AgentScene } from '../../builders/agent-scene.ts';
import { machine } from '../../builders/machine.ts';
import { node, nvmeNode, nvmeProfile } from '../../builders/objects.ts';
import { doneBy, grantedBy } from '../../builders/rbac.ts';
import { VolumeScene } from '../../builders/volume-scene.ts';
import { settle, SteppedClock } from '../../fakes/clock.ts';
import type { KubeCall } from '../../fakes/kube-calls.ts';
import { FakeKube } from '../../fakes/kube.ts';
import { SnapshotHost } from '../../fakes/snapshot-host.ts';

const TAINTS = [{ key: STARTUP_TAINT_KEY, effect: 'NoSchedule' as const }];

/** It runs, watches, takes the taint off, and off again when somebody puts it back. */
async function runs(): Promise<KubeCall[]> {
  const clock = new SteppedClock();
  const kube = new FakeKube(clock);
  const { metadata } = kube.add(nodes, node({ spec: { taints: TAINTS } }));
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: metadata?.uid ?? '' };
  kube.add(nvmeProfiles, nvmeProfile());
  kube.add(nvmeNodes, nvmeNode({ metadata: { ownerReferences: [owner], generation: 1 } }));
  const host = new SnapshotHost(machine({ snapshot: { bootID: 'boot-1' } }));
  const stop = new AbortController();
  const deps = {
    kube,
    host,
    clock,
    logger: createLogger(() => undefined, clock),
    env: { PATH: '/nonexistent' },
  };
  const ended = runAgent({ nodeName: 'n1', healthPort: 0, version: 'test' }, deps, stop.signal);
  const until = async (what: string, isSo: () => boolean): Promise<void> => {
    for (let turn = 0; turn < 200 && !isSo(); turn += 1) {
      await clock.advance(100);
      await settle(20);
    }
    expect(isSo(), what).toBe(true);
  };
  const ready = () => kube.objects(events).find(({ reason }) => reason === 'NVMeReady');
  await until('the node to be ready', () => ready() !== undefined);
  kube.change(nodes, 'n1', (object) => (object.spec = { taints: TAINTS }));
  await until('the Event to count up', () => ready()?.count === 2);
  stop.abort(new Error('over'));
  await ended;
  return kube.calls;
}

/** It cleans a volume that was given up, and publishes it anew. */
async function recycles(): Promise<KubeCall[]> {
  const scene = await VolumeScene.released('Delete');
  const before = scene.volume?.metadata?.uid;
  scene.kube.calls.length = 0;
  for (let round = 0; round < 3 && scene.volume?.metadata?.uid === before; round += 1) await scene.round();
  expect(scene.volume?.metadata?.uid).not.toBe(before);
  return scene.kube.calls;
}

/** It marks volumes that are lost. */
async function loses(): Promise<KubeCall[]> {
  const scene = await AgentScene.create({ drives: { minCount: 1 } });
  const drives = { nvme1n1: {} };
  await scene.round(await scene.hostWith(drives));
  const blank = await scene.hostOf(machine({ drives, snapshot: { bootID: BOOT } }));
  scene.kube.calls.length = 0;
  await scene.round(blank);
  return scene.kube.calls;
}

/** The phase of a volume is written by Kubernetes, whose part the scenes play. */
const isOurs = ({ resource }: KubeCall): boolean => resource !== 'persistentvolumes/status';

it('may do what the agent does in the life of a node, and nothing else', async () => {
  const calls = [...(await runs()), ...(await recycles()), ...(await loses())].filter(isOurs);
  expect(doneBy(calls)).toEqual(grantedBy(PERMISSIONS));
});
