import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../../../logging/logger.ts';
import { ADMISSION_PATH, admissionApp, PROFILE_PATH } from '../../../../webhook/admission/app.ts';
import { admissionMetrics } from '../../../../webhook/admission/metrics.ts';
import { nvmeProfile } from '../../../builders/objects.ts';
import { SteppedClock } from '../../../fakes/clock.ts';

/** A slice with a fixed seed in every run; `npm run fuzz -- admission` takes 34,000 of each kind with a new one. */
const RUNS = Number(process.env.FUZZ_RUNS ?? 400);
const seed = Number(process.env.FUZZ_SEED ?? 20_260_101);

let server: Server;
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const logged: string[] = [];

beforeAll(async () => {
  const logger = createLogger((line) => logged.push(line), new SteppedClock());
  const profiles = [nvmeProfile(), nvmeProfile({ metadata: { name: 'all' }, spec: { nodeSelector: {} } })];
  const app = admissionApp({ profiles: () => profiles, metrics: admissionMetrics(new Registry()), logger });
  server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  agent.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

interface Answer {
  status: number;
  body: string;
}

function post(path: string, body: Buffer): Promise<Answer> {
  const { port } = server.address() as AddressInfo;
  const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, path, method: 'POST', agent, headers },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces).toString() }),
        );
      },
    );
    outgoing.on('error', reject).end(body);
  });
}

/** Well-formed: a review with our own verdict and, where there is one, a patch that is a list; or a 4xx with a reason. */
function check({ status, body }: Answer, uid?: string): void {
  const answer = JSON.parse(body) as { error?: string; kind?: string; response?: Record<string, unknown> };
  if (status !== 200) {
    expect([status >= 400 && status < 500, typeof answer.error]).toEqual([true, 'string']);
    return;
  }
  expect([answer.kind, typeof answer.response?.allowed]).toEqual(['AdmissionReview', 'boolean']);
  if (uid !== undefined) expect(answer.response?.uid).toBe(uid);
  const { patch } = answer.response ?? {};
  if (typeof patch === 'string')
    expect(JSON.parse(Buffer.from(patch, 'base64').toString())).toBeInstanceOf(Array);
}

const anything = fc.jsonValue({ maxDepth: 3 });
/** Mostly what belongs there, at times anything at all. */
const mostly = <T>(right: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 4, arbitrary: right }, { weight: 1, arbitrary: anything });
const names = fc.constantFrom('disk', '__proto__', 'constructor', 'toString', 'a/b', '', '~0/~1');
const texts = fc.oneof(names, fc.string());
const taint = fc.record(
  { key: mostly(texts), effect: mostly(fc.constantFrom('NoSchedule', 'x')) },
  { requiredKeys: [] },
);
const metadata = fc.record(
  {
    name: mostly(texts),
    labels: mostly(fc.dictionary(texts, mostly(texts))),
    annotations: mostly(fc.dictionary(texts, mostly(texts))),
  },
  { requiredKeys: [] },
);
const nodeSpec = fc.record({ taints: mostly(fc.array(mostly(taint))) }, { requiredKeys: [] });
const profileSpec = fc.record(
  {
    nodeSelector: mostly(
      fc.record(
        { matchLabels: mostly(fc.dictionary(texts, texts)), matchExpressions: mostly(fc.array(anything)) },
        { requiredKeys: [] },
      ),
    ),
    layout: mostly(
      fc.record(
        {
          type: mostly(fc.constantFrom('RAID', 'LVM', 'Block')),
          raid: anything,
          lvm: anything,
          swap: anything,
        },
        { requiredKeys: [] },
      ),
    ),
    taints: mostly(fc.array(mostly(taint))),
    drives: anything,
    volumes: anything,
    priority: mostly(fc.integer()),
  },
  { requiredKeys: [] },
);
const object = fc.record(
  { metadata: mostly(metadata), spec: mostly(fc.oneof(nodeSpec, profileSpec)) },
  { requiredKeys: [] },
);
const review = fc.record({
  apiVersion: fc.constant('admission.k8s.io/v1'),
  kind: fc.constant('AdmissionReview'),
  request: fc.record({
    uid: fc.uuid(),
    operation: mostly(fc.constantFrom('CREATE', 'UPDATE')),
    resource: mostly(
      fc.constantFrom(
        { group: '', resource: 'nodes' },
        { group: 'kubectl-nvme.dev', resource: 'nvmeprofiles' },
      ),
    ),
    subResource: fc.constant(''),
    object: mostly(object),
    oldObject: mostly(object),
  }),
});
const paths = fc.constantFrom(ADMISSION_PATH, PROFILE_PATH);

describe('whatever is sent to the webhook', () => {
  it('is answered with a review when it is one, however odd its object', async () => {
    const property = fc.asyncProperty(paths, review, async (path, sent) => {
      const answer = await post(path, Buffer.from(JSON.stringify(sent)));
      expect(answer.status).toBe(200);
      check(answer, sent.request.uid);
    });
    await fc.assert(property, { numRuns: RUNS, seed });
  });

  it('is answered with a 4xx and a reason when it is none: any JSON, any bytes, half a review', async () => {
    const cut = fc
      .tuple(review, fc.nat({ max: 200 }))
      .map(([whole, length]) => Buffer.from(JSON.stringify(whole)).subarray(0, length));
    const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
    const json = anything.map((value) => Buffer.from(JSON.stringify(value)));
    await fc.assert(
      fc.asyncProperty(paths, fc.oneof(cut, bytes, json), async (path, body) =>
        check(await post(path, body)),
      ),
      { numRuns: RUNS, seed },
    );
  });

  it('leaves nothing behind', async () => {
    const before = process.memoryUsage().heapUsed;
    const property = fc.asyncProperty(review, async (sent) => {
      check(await post(ADMISSION_PATH, Buffer.from(JSON.stringify(sent))));
    });
    logged.length = 0;
    await fc.assert(property, { numRuns: RUNS, seed: seed + 1 });
    logged.length = 0;
    expect((process.memoryUsage().heapUsed - before) / 2 ** 20).toBeLessThan(100);
  });
});
