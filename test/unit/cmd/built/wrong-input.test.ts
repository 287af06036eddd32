import { describe, expect, it } from 'vitest';
import { node, nvmeNode, nvmeProfile } from '../../../builders/objects.ts';
import { builtRunner, NVME, serverForEach } from './built-scene.ts';

const owned = { name: 'n1', ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'uid-1' }] };
const plan = {
  id: 'plan-2',
  for: 'setup' as const,
  layout: { type: 'LVM' as const },
  provider: 'aws',
  drives: [],
  candidates: ['/dev/nvme1n1'],
  steps: [{ name: 'make a volume group', command: [] }],
  refusals: [],
};

/** A 4xx as the API server words it. */
const status = (code: number, reason: string, message: string, details: object = {}) => ({
  code,
  body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message, details },
});

// No cluster, an unknown verb, a refused connection and a server that hangs are in kubectl-nvme.test.ts.
describe('what the built kubectl-nvme says of wrong input', () => {
  const run = builtRunner();
  const server = serverForEach();
  const refusal = async (...args: string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await run(...args, '-s', server().address);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(server().requests.filter((request) => !request.startsWith('GET '))).toEqual([]);
    return stderr;
  };

  it.each([
    [['status', '--wacth'], "error: unknown flag: --wacth\nSee 'kubectl nvme status --help' for usage.\n"],
    [
      ['setup', 'node', 'n1', '--layout', 'zfs'],
      'error: unknown layout "zfs", expected one of: filesystem, raid, lvm, swap, block, spdk\n',
    ],
    [
      ['status', '-o', 'xml'],
      'error: unable to match a printer suitable for the output format "xml", allowed formats',
    ],
    [['plan', 'node'], 'error: NODE is required'],
  ])('%j, before the cluster is asked', async (args, message) => {
    expect(await refusal(...args)).toContain(message);
    expect(server().requests).toEqual([]);
  });

  it('an unknown node', async () => {
    const answer = status(404, 'NotFound', 'nodes "x" not found', { name: 'x', kind: 'nodes' });
    server().answer('/api/v1/nodes/x', answer);
    server().answer(`${NVME}/nvmenodes/x`, status(404, 'NotFound', 'nvmenodes "x" not found', { name: 'x' }));
    expect(await refusal('describe', 'node', 'x')).toBe(
      'Error from server (NotFound): nodes "x" not found\nSee which there are with: kubectl get nodes\n',
    );
  });

  it('an unknown profile', async () => {
    const message = 'nvmeprofiles.kubectl-nvme.dev "x" not found';
    const details = { name: 'x', kind: 'nvmeprofiles', group: 'kubectl-nvme.dev' };
    server().answer(`${NVME}/nvmeprofiles/x`, status(404, 'NotFound', message, details));
    expect(await refusal('setup', 'node', 'n1', '--profile', 'x')).toBe(
      `Error from server (NotFound): ${message}\nSee which there are with: kubectl nvme list profiles\n`,
    );
  });

  it('credentials that have expired', async () => {
    server().answer('/api/v1/nodes', status(401, 'Unauthorized', 'Unauthorized'));
    expect(await refusal('status')).toBe(
      'error: You must be logged in to the server (Unauthorized)\n' +
        'Your credentials are missing, wrong or expired: log in again, then check with: kubectl auth whoami\n',
    );
  });

  it('a right that is missing', async () => {
    const message =
      'nodes is forbidden: User "ann" cannot list resource "nodes" in API group "" at the cluster scope';
    server().answer('/api/v1/nodes', status(403, 'Forbidden', message));
    expect(await refusal('status')).toBe(
      `Error from server (Forbidden): ${message}\nMissing permission: list nodes. Check with: kubectl auth can-i list nodes\n`,
    );
  });

  describe('about a set-up', () => {
    const enrolled = (spec: object): void => {
      server().answer(`${NVME}/nvmeprofiles/fast`, { body: nvmeProfile() });
      server().answer('/api/v1/nodes/n1', { body: node({ metadata: { name: 'n1', uid: 'uid-1' } }) });
      server().answer(`${NVME}/nvmenodes/n1`, {
        body: nvmeNode({ metadata: owned, spec, status: { plan, conditions: [] } }),
      });
    };

    it('a plan ID that has gone stale', async () => {
      enrolled({});
      expect(await refusal('setup', 'node', 'n1', '--plan-id', 'plan-1')).toBe(
        'error: plan plan-1 is stale: the plan for node n1 is now plan-2\n' +
          'Look at it again: kubectl nvme plan node n1\n',
      );
    });

    it('another one of the same node', async () => {
      enrolled({ request: { id: 'earlier', type: 'setup' } });
      expect(await refusal('setup', 'node', 'n1', '--layout', 'raid')).toBe(
        'error: another set-up of node n1 is under way (request earlier)\n' +
          'Follow it with: kubectl nvme setup node n1\n',
      );
    });
  });
});
