import { pods } from '../../../kube/resources.ts';
import { kubectl } from '../../../lab/install/kubectl.ts';
import { testLabContext } from '../../builders/lab-context.ts';
import type { Scene } from './scene.ts';

const namespace = 'kubectl-nvme-agent';

/** Deletes the one agent pod of the scene and gives the log of its successor once that has ended a round. */
export async function restartAgent(scene: Scene): Promise<string> {
  const agents = async () => (await scene.kube.listAll(pods, { namespace })).items;
  const [old] = await agents();
  await scene.kube.delete(pods, old?.metadata?.name ?? '', { namespace });
  return await scene.until('the new agent to end a round', 180, async () => {
    const next = (await agents()).find(({ metadata }) => metadata?.uid !== old?.metadata?.uid);
    if (next?.status?.phase !== 'Running') return undefined;
    const text = await scene.agentLog(next.metadata?.name ?? '');
    return text.includes('round done') ? text : undefined;
  });
}

/** Takes the agents off every node, or lets the DaemonSet bring them back. */
async function selectNoNode(scene: Scene, value: 'true' | null): Promise<void> {
  await kubectl(
    testLabContext(),
    scene.lab,
    ...['patch', 'daemonset', 'nvme-agent', '-n', namespace, '--type=merge', '-p'],
    JSON.stringify({ spec: { template: { spec: { nodeSelector: { 'no-such-node': value } } } } }),
  );
}

/** No node runs an agent from here on. */
export async function sendAgentsAway(scene: Scene): Promise<void> {
  await selectNoNode(scene, 'true');
  await scene.until('the agents to be gone', 120, async () =>
    (await scene.kube.listAll(pods, { namespace })).items.length === 0 ? true : undefined,
  );
}

/** Does some work while no node runs an agent; the DaemonSet then brings it back. */
export async function withoutAgent(scene: Scene, work: () => Promise<void>): Promise<void> {
  await sendAgentsAway(scene);
  await work();
  await selectNoNode(scene, null);
}
