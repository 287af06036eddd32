import { describe, expect, it } from 'vitest';
import { VERBS } from '../../../../cmd/cli/registry.ts';
import { node, nvmeNode, persistentVolume } from '../../../builders/objects.ts';
import { builtRunner, NVME, serverForEach } from './built-scene.ts';

describe('the verbs of the built kubectl-nvme', () => {
  const run = builtRunner();

  it('each show their help with an example on stdout', async () => {
    const shown = await Promise.all(VERBS.map(({ path }) => run(...path, '--help')));
    for (const [index, { exitCode, stdout, stderr }] of shown.entries()) {
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toContain(`Usage: kubectl nvme ${VERBS[index]?.path.join(' ') ?? ''}`);
      expect(stdout).toContain('\nExamples:\n  # ');
    }
  });

  it('refuse an output that kubectl does not have in its words, before any cluster is asked', async () => {
    for (const verb of ['status', 'list drives', 'list orphans', 'drain-check n1', 'health', 'cleanup']) {
      expect(await run(...verb.split(' '), '-o', 'xml')).toMatchObject({
        exitCode: 1,
        stdout: '',
        stderr: expect.stringContaining(
          'error: unable to match a printer suitable for the output format "xml", allowed formats are: custom-columns,json,',
        ) as string,
      });
    }
  });

  describe('with an API server', () => {
    const server = serverForEach();
    const onServer = (...args: string[]) => run(...args, '-s', server().address);

    it('tell scripts by the exit code whether a node may go', async () => {
      expect(await onServer('drain-check', 'n1')).toEqual({
        exitCode: 0,
        stdout: '',
        stderr: 'node/n1 can go: no claim or pod would lose data\n',
      });
      const claimRef = { namespace: 'default', name: 'data-0', uid: 'claim-1' };
      const bound = persistentVolume({ spec: { claimRef }, status: { phase: 'Bound' } });
      server().list('/api/v1/persistentvolumes', 'PersistentVolume', [bound]);
      const { exitCode, stdout } = await onServer('drain-check', 'n1', '-o', 'name');
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: 'persistentvolume/pv-1\n' });
    });

    it('never empty a node’s drives where nobody can be asked', async () => {
      const plan = {
        id: 'r',
        for: 'reset' as const,
        layout: { type: 'LVM' as const },
        provider: 'aws',
        drives: [],
        candidates: [],
        refusals: [],
      };
      const steps = [{ name: 'discard /dev/nvme1n1', command: [] }];
      const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'uid-1' }];
      server().answer('/api/v1/nodes/n1', { body: node({ metadata: { name: 'n1', uid: 'uid-1' } }) });
      server().answer(`${NVME}/nvmenodes/n1`, {
        body: nvmeNode({
          metadata: { name: 'n1', ownerReferences },
          status: { resetPlan: { ...plan, steps } },
        }),
      });
      const { exitCode, stderr } = await onServer('reset', 'node', 'n1');
      expect(stderr).toContain(
        'error: the reset of node n1 must be confirmed, and there is no terminal to ask on\n',
      );
      expect(exitCode).toBe(1);
      expect(server().requests.filter((request) => !request.startsWith('GET '))).toEqual([]);
    });

    it('describe a node, and write nothing', async () => {
      const { exitCode, stdout, stderr } = await onServer('describe', 'node', 'n1');
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toMatch(/^Node: {7}n1\nStatus: {5}WaitingForAgent\n/);
      expect(stdout).not.toContain('\u001b');
    });
  });
});
