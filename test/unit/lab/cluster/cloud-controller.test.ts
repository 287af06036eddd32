import { describe, expect, it } from 'vitest';
import { cloudPatches } from '../../../../lab/cluster/cloud-controller.ts';
import { UNINITIALIZED_TAINT, type NodeObject } from '../../../../lab/cluster/node-object.ts';
import { labMachine } from '../../../builders/lab-machine.ts';

const other = { key: 'startup', effect: 'NoSchedule' };
const uninitialized = { key: UNINITIALIZED_TAINT, effect: 'NoSchedule', value: 'true' };

function born(): NodeObject {
  return {
    metadata: { name: 'node-1', uid: 'uid-1', resourceVersion: '1', labels: {} },
    spec: { taints: [other, uninitialized] },
    status: {},
  };
}

describe('the cloud’s controller of a lab', () => {
  it('gives a new Node its addresses, its place and type, its provider ID, and takes the taint last', () => {
    const [addresses, facts, taint, ...rest] = cloudPatches(born(), labMachine({ cloud: 'aws' }));

    expect(rest).toEqual([]);
    expect(addresses?.path).toBe('/api/v1/nodes/node-1/status');
    expect(facts?.body).toMatchObject({
      metadata: { labels: { 'node.kubernetes.io/instance-type': 'i4i.xlarge' } },
      spec: { providerID: 'aws:///us-east-1a/i-00123456789abcdef' },
    });
    expect(taint?.type).toBe('application/json-patch+json');
  });

  it('removes its own taint only, and only where it saw it', () => {
    const taint = cloudPatches(born(), labMachine()).at(-1);

    expect(taint?.body).toEqual([
      { op: 'test', path: '/spec/taints/1/key', value: UNINITIALIZED_TAINT },
      { op: 'remove', path: '/spec/taints/1' },
    ]);
  });

  it('changes nothing on a Node that is as it should be', () => {
    const machine = labMachine({ cloud: 'gcp' });
    const done: NodeObject = {
      metadata: {
        name: 'node-1',
        uid: 'uid-1',
        resourceVersion: '2',
        labels: {
          'node.kubernetes.io/instance-type': 'n2-standard-4',
          'topology.kubernetes.io/region': 'us-central1',
          'topology.kubernetes.io/zone': 'us-central1-a',
        },
      },
      spec: { providerID: 'gce://lab/us-central1-a/node-1', taints: [other] },
      status: {
        addresses: [
          { type: 'InternalIP', address: '127.0.0.1' },
          { type: 'Hostname', address: 'node-1' },
        ],
      },
    };

    expect(cloudPatches(done, machine)).toEqual([]);
  });

  it('never changes a provider ID that is set: the API server would refuse it', () => {
    const node = { ...born(), spec: { providerID: 'lab://an-older-machine' } };
    const bodies = cloudPatches(node, labMachine()).map(({ body }) => JSON.stringify(body));

    expect(bodies.join()).not.toContain('providerID');
  });
});
