import { describe, expect, inject, it } from 'vitest';
import { NODE_LABEL, PAUSED, STARTUP_TAINT_KEY } from '../../../api/keys.ts';
import { ApiError, type StatusBody } from '../../../kube/errors.ts';
import { nodeFrom } from '../../../kube/protobuf/node.ts';
import { persistentVolumeFrom } from '../../../kube/protobuf/persistent-volume.ts';
import { waitFor } from '../../../lab/wait.ts';
import type { KubeApi, ResourceType } from '../../../kube/api.ts';
import { nodes, persistentVolumes } from '../../../kube/resources.ts';
import { node } from '../../builders/objects.ts';
import { publishedVolume } from '../../builders/orphans.ts';
import { realKube } from '../../builders/real-kube.ts';
import { testLabContext } from '../../builders/lab-context.ts';

/** Both of one version: controllers write to what a test creates, so that the second read may see a later one. */
async function bothWays<T extends { metadata?: { resourceVersion?: string } }>(
  kube: KubeApi,
  { type, name, decode }: { type: ResourceType<T>; name: string; decode: (message: Buffer) => T },
): Promise<{ json: T; found: T }> {
  return await waitFor(
    'both reads to be of one version',
    { timeoutMs: 30_000, signal: testLabContext().signal },
    async () => {
      const { items } = await kube.listAll(type, { decode, fieldSelector: `metadata.name=${name}` });
      const json = await kube.get(type, name);
      const [found] = items;
      return found && found.metadata?.resourceVersion === json.metadata?.resourceVersion
        ? { json, found }
        : undefined;
    },
  );
}

describe('what the real API server sends in protobuf', () => {
  it('is a node as it is in JSON', async () => {
    const kube = await realKube(inject('controlPlane').kubeconfig);
    const { status } = node();
    await kube.create(nodes, {
      metadata: { name: 'proto', labels: { a: 'b' }, annotations: { [PAUSED]: '{"by":"ève"}' } },
      spec: {
        unschedulable: true,
        taints: [
          { key: STARTUP_TAINT_KEY, effect: 'NoSchedule' },
          { key: 'slow', value: 'very', effect: 'NoExecute', timeAdded: '2026-01-02T03:04:05Z' },
        ],
      },
      ...(status ? { status } : {}),
    });
    try {
      const { json, found } = await bothWays(kube, { type: nodes, name: 'proto', decode: nodeFrom });
      expect(json).toMatchObject(found);
      expect(found).toMatchObject({
        metadata: { name: 'proto', labels: { a: 'b' }, annotations: { [PAUSED]: '{"by":"ève"}' } },
        spec: { unschedulable: true },
        status: { nodeInfo: { bootID: status?.nodeInfo?.bootID } },
      });
      expect(found.spec?.taints).toContainEqual({ key: STARTUP_TAINT_KEY, effect: 'NoSchedule' });
      expect(found.metadata?.creationTimestamp).toMatch(/^\d{4}-.*:\d\dZ$/);
    } finally {
      await kube.delete(nodes, 'proto');
    }
  });

  it('is a volume as it is in JSON', async () => {
    const kube = await realKube(inject('controlPlane').kubeconfig);
    const name = 'proto-volume';
    const { metadata, spec } = publishedVolume({ name, nodeName: 'proto', nodeUID: 'uid' });
    const { uid: _uid, resourceVersion: _version, ...rest } = metadata ?? {};
    await kube.create(persistentVolumes, { metadata: rest, ...(spec ? { spec } : {}) });
    try {
      const read = { type: persistentVolumes, name, decode: persistentVolumeFrom };
      const { json, found } = await bothWays(kube, read);
      expect(json).toMatchObject(found);
      expect(found).toMatchObject({
        metadata: { name, labels: { [NODE_LABEL]: 'proto' } },
        spec: { capacity: spec?.capacity },
        status: { phase: expect.stringMatching(/^(Pending|Available)$/) as unknown },
      });
    } finally {
      await kube.delete(persistentVolumes, name);
    }
  });

  it('is a refusal as it is in JSON', async () => {
    const kube = await realKube(inject('controlPlane').kubeconfig);
    const wrong = { labelSelector: 'a in' };
    const refusal = (listing: Promise<unknown>): Promise<unknown> =>
      listing.then(
        () => 'no refusal',
        (error: unknown) => (error instanceof ApiError ? error.status : error),
      );
    const { message, reason, code } = (await refusal(kube.listAll(nodes, wrong))) as StatusBody;
    expect({ reason, code }).toEqual({ reason: 'BadRequest', code: 400 });
    expect(await refusal(kube.listAll(nodes, { ...wrong, decode: nodeFrom }))).toMatchObject({
      ...{ message, reason, code },
    });
  });
});
