import { describe, expect, it } from 'vitest';
import { PAUSED } from '../../../../api/keys.ts';
import { nvmeNodes, persistentVolumes } from '../../../../kube/resources.ts';
import { agentNode, writesOf, type AgentNode } from '../../../builders/agent-node.ts';
import type { FakeKube } from '../../../fakes/kube.ts';

describe('one round of the agent with the layout Block', () => {
  let kube: FakeKube;
  let agent: AgentNode;
  const cluster = async (...given: Parameters<typeof agentNode>): Promise<void> => {
    agent = await agentNode(...given);
    ({ kube } = agent);
  };
  const block = { layout: { type: 'Block' as const } };
  const raw = () => kube.objects(persistentVolumes).map(({ spec }) => [spec?.volumeMode, spec?.local?.path]);

  it('publishes each blank drive raw, and writes to none', async () => {
    await cluster({ ...block, drives: { minCount: 2 } });
    const host = await agent.hostWith({ nvme1n1: {}, nvme2n1: {} });
    expect(await agent.round(host)).toMatchObject({ ready: true, reason: 'VolumesPublished' });
    expect(raw()).toMatchObject([
      ['Block', expect.stringMatching(/^\/dev\/disk\/by-id\//)],
      ['Block', expect.stringMatching(/^\/dev\/disk\/by-id\//)],
    ]);
    expect(writesOf(host)).toEqual([]);
    kube.calls.length = 0;
    expect(await agent.round(host)).toMatchObject({ ready: true });
    expect(kube.writes).toEqual([]);
  });

  it('offers none of a paused node, nor before a person asks for it', async () => {
    await cluster(block, {}, { [PAUSED]: '{}' });
    expect(await agent.round(await agent.hostWith({ nvme1n1: {} }))).toMatchObject({
      reason: 'PausedByUser',
    });
    await cluster({ ...block, setup: 'Manual' });
    const host = await agent.hostWith({ nvme1n1: {} });
    expect(await agent.round(host)).toMatchObject({ reason: 'WaitingForRequest' });
    expect(raw()).toEqual([]);
    const request = { id: 'r1', type: 'setup' as const };
    await kube.patch(nvmeNodes, 'n1', { type: 'merge', body: { spec: { request } } });
    expect(await agent.round(host)).toMatchObject({ ready: true });
    expect(raw()).toHaveLength(1);
    expect((await kube.get(nvmeNodes, 'n1')).status?.progress).toBeUndefined();
  });

  it('publishes one anew whose PersistentVolume is gone, without a new request', async () => {
    const request = { id: 'r1', type: 'setup' as const };
    await cluster({ ...block, setup: 'Manual' }, { request });
    const host = await agent.hostWith({ nvme1n1: {} });
    await agent.round(host);
    const [{ metadata } = {}] = kube.objects(persistentVolumes);
    await kube.delete(persistentVolumes, metadata?.name ?? '');
    expect(await agent.round(host)).toMatchObject({ ready: true });
    expect(kube.objects(persistentVolumes).map((one) => one.metadata?.name)).toEqual([metadata?.name]);
  });

  it('hands out no drive that was written to between the look and the PersistentVolume', async () => {
    await cluster({ ...block, drives: { minCount: 1 } });
    const host = await agent.hostWith({ nvme1n1: {} });
    host.readBlocks = (_, places) =>
      Promise.resolve(places.map(({ length }) => Uint8Array.from({ length }, (_byte, at) => at % 7)));
    expect(await agent.round(host)).toMatchObject({ ready: false });
    expect(raw()).toEqual([]);
  });
});
