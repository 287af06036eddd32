import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { KubeApi } from '../../../kube/api.ts';
import { createKubeApi } from '../../../kube/client.ts';
import { nodeFrom } from '../../../kube/protobuf/node.ts';
import { nodes } from '../../../kube/resources.ts';
import { SteppedClock } from '../../fakes/clock.ts';
import { HttpApi, sendJson, type Answer } from '../../fakes/http-api.ts';

let api: HttpApi;
let kube: KubeApi;

beforeEach(async () => {
  api = await HttpApi.start();
  kube = createKubeApi(api.config(), { clock: new SteppedClock(), userAgent: 'test/1', random: () => 0 });
});
afterEach(() => api.close());

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
const field = (number: number, value: number | string | Buffer): Buffer => {
  if (typeof value === 'number') return Buffer.from([...varint(number * 8), ...varint(value)]);
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(bytes.length)]), bytes]);
};
const message = (...fields: Buffer[]): Buffer => Buffer.concat(fields);

const images = field(8, field(1, 'registry.example/app:1'.repeat(40)));
const node = (name: string): Buffer =>
  message(
    field(
      1,
      message(
        field(1, name),
        field(8, message(field(1, 1_767_225_600))),
        field(11, message(field(1, 'disk'), field(2, 'nvme'))),
        field(17, 'managed fields'),
      ),
    ),
    field(2, message(field(4, 1), field(5, message(field(1, 'startup'), field(3, 'NoSchedule'))))),
    field(3, message(images, field(7, message(field(3, 'boot-1'))), images)),
  );
const page = (token: string, ...items: Buffer[]): Buffer => {
  const metadata = field(1, message(field(2, '7'), field(3, token)));
  const list = message(metadata, ...items.map((item) => field(2, item)));
  return message(Buffer.from('k8s\0'), field(1, 'type'), field(2, list));
};
const send =
  (body: Buffer): Answer =>
  (_, response) =>
    void response.writeHead(200, { 'Content-Type': 'application/vnd.kubernetes.protobuf' }).end(body);

describe('a list in protobuf', () => {
  it('is read page by page, what is not wanted skipped', async () => {
    api.next(send(page('more', node('a'))), send(page('', node('b'))));
    const { items, metadata } = await kube.listAll(nodes, { decode: nodeFrom });
    expect(api.requests[0]?.headers.accept).toMatch(/^application\/vnd\.kubernetes\.protobuf/);
    expect(api.requests[1]?.query.get('continue')).toBe('more');
    expect(metadata.resourceVersion).toBe('7');
    expect(items.map((item) => item.metadata?.name)).toEqual(['a', 'b']);
    expect(items[0]).toEqual({
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z', labels: { disk: 'nvme' } },
      spec: { unschedulable: true, taints: [{ key: 'startup', effect: 'NoSchedule' }] },
      status: { nodeInfo: expect.objectContaining({ bootID: 'boot-1', osImage: '' }) as unknown },
    });
  });

  it('is taken as JSON from a proxy that speaks nothing else', async () => {
    api.always((_, response) =>
      sendJson(response, { kind: 'NodeList', metadata: {}, items: [{ metadata: { name: 'a' } }] }),
    );
    const { items } = await kube.listAll(nodes, { decode: nodeFrom });
    expect(items).toEqual([{ metadata: { name: 'a' } }]);
  });

  it('is an error when it ends in the middle of an object', async () => {
    const whole = page('', node('a'));
    api.always(send(whole.subarray(0, whole.length - 5)));
    await expect(kube.listAll(nodes, { decode: nodeFrom })).rejects.toThrow(
      /Expected a whole protobuf field/,
    );
  });

  it('is refused in protobuf, too, and in the server’s words', async () => {
    const details = message(field(1, 'n1'), field(3, 'nodes'), field(5, 0));
    const status = message(
      ...[field(2, 'Failure'), field(3, 'nodes is forbidden: no'), field(4, 'Forbidden')],
      ...[field(5, details), field(6, 403)],
    );
    const body = message(Buffer.from('k8s\0'), field(1, 'type'), field(2, status));
    api.always((_, response) => void response.writeHead(403).end(body));
    await expect(kube.listAll(nodes, { decode: nodeFrom })).rejects.toMatchObject({
      code: 403,
      message: 'nodes is forbidden: no',
      status: { reason: 'Forbidden', code: 403, details: { name: 'n1', kind: 'nodes' } },
    });
  });
});
