import { request, type RequestOptions } from 'node:https';
import { connect } from 'node:tls';
import { Registry } from 'prom-client';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NVMeProfile } from '../../../../api/profile.ts';
import { systemClock } from '../../../../kube/system-clock.ts';
import { createLogger } from '../../../../logging/logger.ts';
import { ADMISSION_PATH, admissionApp } from '../../../../webhook/admission/app.ts';
import { admissionMetrics } from '../../../../webhook/admission/metrics.ts';
import { listen, type AdmissionServer } from '../../../../webhook/admission/server.ts';
import {
  createAuthority,
  createLeaf,
  type KeyedCertificate,
} from '../../../../webhook/certificates/authority.ts';
import { nvmeProfile } from '../../../builders/objects.ts';

let authority: KeyedCertificate;
let leaf: KeyedCertificate;
let server: AdmissionServer;
let registry: Registry;
let profiles: () => Iterable<NVMeProfile> | undefined;
let lines: string[];

beforeAll(async () => {
  authority = await createAuthority(Date.now());
  leaf = await createLeaf(authority, ['127.0.0.1'], Date.now());
});
beforeEach(async () => {
  registry = new Registry();
  lines = [];
  profiles = () => [nvmeProfile()];
  const clock = systemClock();
  const logger = createLogger((line) => lines.push(line), clock);
  const app = admissionApp({ profiles: () => profiles(), metrics: admissionMetrics(registry), logger });
  server = await listen(app, leaf, { port: 0, host: '127.0.0.1', clock });
});
afterEach(() => server.close(0));

interface Answer {
  status: number;
  body: string;
}

function send(body: string | Buffer, options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: server.port,
        path: ADMISSION_PATH,
        method: 'POST',
        ca: authority.certificate,
        ...options,
        headers: { 'Content-Type': 'application/json', ...(options.headers as object) },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const review = (annotations: Record<string, string> = {}): string =>
  JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'u1',
      operation: 'CREATE',
      resource: { group: '', version: 'v1', resource: 'nodes' },
      dryRun: true,
      object: { metadata: { name: 'n', labels: { disk: 'nvme' }, annotations }, spec: {} },
    },
  });

const counted = async (): Promise<string> => registry.metrics();

describe('the admission server', () => {
  it('answers a review over TLS with its own certificate, as the API server asks', async () => {
    const { status, body } = await send(review(), { path: `${ADMISSION_PATH}?timeout=2s` });
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: 'u1', allowed: true, patchType: 'JSONPatch' },
    });
    expect(await counted()).toContain('kubectl_nvme_admission_reviews_total{result="tainted"} 1');
  });

  it('takes an object of 3 MiB', async () => {
    const { status, body } = await send(review({ big: 'x'.repeat(3 * 2 ** 20) }));
    expect([status, body.length < 1000]).toEqual([200, true]);
  });

  it.each<[string, string, RequestOptions, number, string]>([
    ['a body that is no JSON', '{', {}, 400, 'Expected JSON'],
    ['another kind', '{"kind":"Pod"}', {}, 400, 'AdmissionReview'],
    ['another content type', review(), { headers: { 'Content-Type': 'text/plain' } }, 415, 'text/plain'],
    [
      'an unknown charset',
      review(),
      { headers: { 'Content-Type': 'application/json; charset=x' } },
      415,
      'charset',
    ],
    ['a packed body', review(), { headers: { 'Content-Encoding': 'gzip' } }, 415, 'Content-Encoding'],
    ['a body that is too large', 'x'.repeat(7 * 2 ** 20 + 1), {}, 413, 'too large'],
    ['another method', '', { method: 'GET' }, 405, 'POST'],
    ['another path', '', { path: '/' }, 404, ADMISSION_PATH],
    ['headers that are too large', '', { headers: { big: 'x'.repeat(20_000) } }, 431, ''],
  ])('refuses %s with a reason', async (_, body, options, status, reason) => {
    const answer = await send(body, options);
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(reason);
  });

  it('lets the node in when it fails itself, warns the client, logs and counts', async () => {
    profiles = () => {
      throw new Error('boom');
    };
    const { response } = JSON.parse((await send(review())).body) as {
      response: { allowed: boolean; warnings: string[] };
    };
    expect(response.allowed).toBe(true);
    expect(response.warnings[0]).toContain('internal error');
    expect(lines[0]).toContain('boom');
    expect(await counted()).toContain('kubectl_nvme_admission_reviews_total{result="error"} 1');
  });

  it('refuses TLS below 1.2', async () => {
    const handshake = new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: server.port, ca: authority.certificate };
      const socket = connect(
        { ...options, maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' },
        () => resolve('connected'),
      );
      socket.on('error', reject);
    });
    await expect(handshake).rejects.toThrow();
  });

  it('serves another certificate to new connections, and refuses none meanwhile', async () => {
    const other = await createAuthority(Date.now());
    server.use(await createLeaf(other, ['127.0.0.1'], Date.now()));
    expect((await send(review(), { ca: other.certificate })).status).toBe(200);
    await expect(send(review(), { ca: authority.certificate })).rejects.toThrow();
  });

  it('answers what it has taken before it closes', async () => {
    const slow = new Promise<Answer>((resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: server.port,
          path: ADMISSION_PATH,
          method: 'POST',
          ca: authority.certificate,
          headers: { 'Content-Type': 'application/json' },
        },
        (response) => {
          response.resume();
          response.on('end', () => resolve({ status: response.statusCode ?? 0, body: '' }));
        },
      );
      outgoing.on('error', reject);
      const text = review();
      outgoing.write(text.slice(0, 10), () => {
        const closing = server.close(5_000);
        outgoing.end(text.slice(10));
        closing.catch(reject);
      });
    });
    expect((await slow).status).toBe(200);
    await expect(send(review())).rejects.toThrow('ECONNREFUSED');
  });
});
