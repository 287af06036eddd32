import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXEMPT, PAUSED, STARTUP_TAINT_KEY, TAINTED } from '../../../../api/keys.ts';
import { admit, ADMISSION_RESULTS } from '../../../../webhook/admission/admit.ts';
import {
  MalformedReviewError,
  parseReview,
  type AdmissionRequest,
} from '../../../../webhook/admission/review.ts';
import { nvmeProfile } from '../../../builders/objects.ts';
import { applyJsonPatch } from '../../../fakes/kube-patching.ts';

const TAINT = { key: STARTUP_TAINT_KEY, effect: 'NoSchedule' };
const RECORD = `${STARTUP_TAINT_KEY}:NoSchedule`;
const labels = { disk: 'nvme' };

const creation = (object: unknown, overrides: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  uid: 'u1',
  operation: 'CREATE',
  group: '',
  resource: 'nodes',
  subResource: '',
  oldObject: undefined,
  object,
  ...overrides,
});

const patchOf = (object: unknown) => {
  const { response } = admit(creation(object), [nvmeProfile()]);
  return JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString()) as Parameters<
    typeof applyJsonPatch
  >[1];
};
const admitted = (object: object) => applyJsonPatch(object, patchOf(object)) as Record<string, never>;

describe('admission of a new node', () => {
  it.each([
    ['without taints', { metadata: { name: 'n', labels }, spec: {} }],
    ['with taints null', { metadata: { name: 'n', labels }, spec: { taints: null } }],
    ['without spec', { metadata: { name: 'n', labels } }],
    ['with annotations', { metadata: { name: 'n', labels, annotations: { a: 'b' } }, spec: {} }],
  ])('adds the taint and notes it as ours on a node %s', (_, object) => {
    expect(admitted(object)).toMatchObject({
      metadata: { name: 'n', annotations: { [TAINTED]: RECORD } },
      spec: { taints: [TAINT] },
    });
  });

  it('keeps the taints that are there', () => {
    const other = { key: 'dedicated', value: 'db', effect: 'NoExecute' };
    expect(admitted({ metadata: { labels }, spec: { taints: [other] } })).toMatchObject({
      spec: { taints: [other, TAINT] },
    });
  });

  it('takes the same key with another effect as another taint', () => {
    const other = { key: STARTUP_TAINT_KEY, effect: 'NoExecute' };
    expect(admitted({ metadata: { labels }, spec: { taints: [other] } })).toMatchObject({
      spec: { taints: [other, TAINT] },
    });
  });

  it('is idempotent: its own result needs no patch', () => {
    const { result, response } = admit(creation(admitted({ metadata: { labels } })), [nvmeProfile()]);
    expect([result, response.patch]).toEqual(['already-tainted', undefined]);
  });

  it('takes the taints of the profile with the highest priority', () => {
    const taints = [
      { key: 'a', effect: 'NoSchedule' as const },
      { key: 'b', effect: 'NoExecute' as const },
    ];
    const best = nvmeProfile({ metadata: { name: 'best' }, spec: { priority: 9, taints } });
    const { response } = admit(creation({ metadata: { labels }, spec: {} }), [nvmeProfile(), best]);
    expect(JSON.parse(Buffer.from(response.patch ?? '', 'base64').toString())).toContainEqual({
      op: 'add',
      path: '/spec/taints',
      value: taints,
    });
  });

  it.each([
    ['exempt', { annotations: { [EXEMPT]: '' } }],
    ['paused', { annotations: { [PAUSED]: '{}' } }],
    ['no-profile', { labels: { disk: 'hdd' } }],
  ])('leaves a node alone: %s', (result, metadata) => {
    const outcome = admit(creation({ metadata: { labels, ...metadata } }), [nvmeProfile()]);
    expect(outcome).toEqual({ result, response: { uid: 'u1', allowed: true } });
  });

  it('lets a node pass with a warning while the profiles are not known', () => {
    const { result, response } = admit(creation({ metadata: { labels } }), undefined);
    expect([result, response.allowed, response.patch]).toEqual(['not-synced', true, undefined]);
    expect(response.warnings?.[0]).toContain('enrol controller');
  });

  it.each<[string, Partial<AdmissionRequest>]>([
    ['an update', { operation: 'UPDATE' }],
    ['a subresource', { subResource: 'status' }],
    ['another resource', { resource: 'pods' }],
    ['a node of another group', { group: 'metrics.k8s.io' }],
    ['no object', { object: null }],
  ])('passes over %s', (_, overrides) => {
    expect(admit(creation({ metadata: { labels } }, overrides), [nvmeProfile()]).result).toBe('not-for-us');
  });

  it('answers whatever the object holds, and its patch always applies', () => {
    const part = fc.oneof(
      fc.jsonValue(),
      fc.constant({ disk: 'nvme' }),
      fc.constant([TAINT]),
      fc.constant([null, 1, TAINT]),
    );
    const object = fc.record(
      {
        metadata: fc.oneof(part, fc.record({ labels: part, annotations: part }, { requiredKeys: [] })),
        spec: fc.oneof(part, fc.record({ taints: part }, { requiredKeys: [] })),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(object, (node) => {
        const profile = nvmeProfile({ spec: { nodeSelector: {} } });
        const { result, response } = admit(creation(node), [profile]);
        expect(ADMISSION_RESULTS).toContain(result);
        expect(response.allowed).toBe(true);
        if (response.patch === undefined) return;
        const patched = applyJsonPatch(
          node as object,
          JSON.parse(Buffer.from(response.patch, 'base64').toString()) as never,
        );
        expect(admit(creation(patched), [profile]).response.patch).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });
});

describe('parseReview', () => {
  const review = (request: unknown, more: object = {}): string =>
    JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request, ...more });

  it('reads what it needs and passes over unknown fields', () => {
    const request = {
      uid: 'u1',
      operation: 'CREATE',
      resource: { group: '', version: 'v1', resource: 'nodes' },
      new: 1,
    };
    expect(parseReview(review(request))).toEqual(creation(undefined));
  });

  it.each([
    ['half a document', '{"apiVersion":', 'Expected JSON'],
    ['nothing', '', 'Expected JSON'],
    ['a list', '[]', 'Expected a JSON object'],
    ['another kind', '{"apiVersion":"v1","kind":"Node"}', 'got `"v1" "Node"`'],
    [
      'another version',
      '{"apiVersion":"admission.k8s.io/v1beta1","kind":"AdmissionReview"}',
      'Expected admission.k8s.io/v1',
    ],
    ['no request', review(undefined), 'Expected a request'],
    ['no uid', review({}), 'request.uid'],
    ['a uid that is no text', review({ uid: 1 }), 'got `1`'],
  ])('refuses %s', (_, text, message) => {
    expect(() => parseReview(text)).toThrow(MalformedReviewError);
    expect(() => parseReview(text)).toThrow(message);
  });

  it('gives a request or a MalformedReviewError for any JSON', () => {
    const anything = fc.oneof(
      fc.json(),
      fc.string(),
      fc.jsonValue().map((value) => review(value)),
      fc.jsonValue().map((value) => review({ uid: 'u', resource: value, object: value })),
    );
    fc.assert(
      fc.property(anything, (text) => {
        try {
          expect(admit(parseReview(text), [nvmeProfile()]).response.allowed).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedReviewError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
