import { Registry } from 'prom-client';
import { beforeEach, expect, it } from 'vitest';
import { READY_BOOT_ID, STARTUP_TAINT_KEY, TAINTED } from '../../../../../api/keys.ts';
import type { Node } from '../../../../../kube/resources.ts';
import { TaintedNodes } from '../../../../../webhook/controllers/enrol/tainted-nodes.ts';
import { node } from '../../../../builders/objects.ts';
import { SteppedClock } from '../../../../fakes/clock.ts';

let clock: SteppedClock;
let registry: Registry;
let nodes: TaintedNodes;

beforeEach(() => {
  clock = new SteppedClock();
  registry = new Registry();
  nodes = new TaintedNodes(clock, registry);
});

function seen(annotations: Record<string, string>, taints: { key: string; effect: string }[] = []): Node {
  return node({
    metadata: { name: 'n1', uid: 'u1', creationTimestamp: clock.timestamp(), annotations },
    spec: { taints },
  });
}
const ours = [{ key: STARTUP_TAINT_KEY, effect: 'NoSchedule' }];
const record = { [TAINTED]: `${STARTUP_TAINT_KEY}:NoSchedule` };
const ready = { [READY_BOOT_ID]: 'boot-1' };
const value = async (name: string): Promise<number> =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await registry.metrics())?.[1]);

it('counts a tainted node from its birth, and its set-up when it becomes ready', async () => {
  const born = seen(record, ours);
  clock.step(40_000);
  nodes.onNode({ kind: 'added', object: born });
  expect(await value('kubectl_nvme_tainted_nodes')).toBe(1);
  expect(await value('kubectl_nvme_tainted_node_age_seconds')).toBe(40);
  clock.step(5_000);
  nodes.onNode({ kind: 'updated', old: born, object: { ...born, ...seen({ ...record, ...ready }) } });
  expect(await value('kubectl_nvme_tainted_nodes')).toBe(0);
  expect(await value('kubectl_nvme_setup_duration_seconds_sum')).toBe(45);
});

it('counts a node that rebooted from the moment that its taint came back', async () => {
  const object = seen({ ...record, ...ready }, ours);
  clock.step(3_600_000);
  nodes.onNode({ kind: 'added', object });
  clock.step(7_000);
  nodes.onNode({ kind: 'updated', old: object, object });
  expect(await value('kubectl_nvme_tainted_node_age_seconds')).toBe(7);
});

it('is no set-up when the node is deleted, or the taint goes without the drives being ready', async () => {
  for (const gone of [true, false]) {
    const object = seen(record, ours);
    nodes.onNode({ kind: 'added', object });
    if (gone) nodes.onNode({ kind: 'deleted', object });
    else nodes.onNode({ kind: 'updated', old: object, object: seen({}) });
  }
  nodes.onNode({ kind: 'added', object: seen({}, ours) });
  expect(await value('kubectl_nvme_tainted_nodes')).toBe(0);
  expect(await value('kubectl_nvme_setup_duration_seconds_count')).toBe(0);
});
