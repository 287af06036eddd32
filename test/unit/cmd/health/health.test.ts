import { beforeEach, describe, expect, it } from 'vitest';
import type { Drive } from '../../../../api/drive.ts';
import { verdictOf } from '../../../../cmd/health/verdict.ts';
import { nodes, nvmeNodes } from '../../../../kube/resources.ts';
import { node, nvmeNode } from '../../../builders/objects.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { FakeKube } from '../../../fakes/kube.ts';
import { kubectlNVMe } from '../../../fakes/program.ts';

const drive = (overrides: Partial<Drive> = {}): Drive => ({
  path: '/dev/nvme1n1',
  model: 'Fast',
  size: 2 ** 40,
  role: 'Local',
  state: 'Ours',
  health: { percentageUsed: 3, availableSpare: 100, mediaErrors: 0, criticalWarning: 0 },
  ...overrides,
});

describe('kubectl nvme health', () => {
  let clock: SteppedClock;
  let kube: FakeKube;
  const run = (...argv: string[]) => kubectlNVMe(['health', ...argv], { kube, clock });

  beforeEach(() => {
    clock = new SteppedClock();
    kube = new FakeKube(clock);
    kube.add(nodes, node());
    const worn = drive({
      path: '/dev/nvme2n1',
      health: { percentageUsed: 95, availableSpare: 12, mediaErrors: 4 },
    });
    const root = drive({ path: '/dev/nvme0n1', role: 'Root' });
    kube.add(nvmeNodes, nvmeNode({ status: { drives: [root, drive(), worn] } }));
  });

  it('shows the local drives, and what is wrong with them', async () => {
    expect(await run()).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: [
        'NODE   PATH           MODEL   HEALTH    WEAR   SPARE   ERRORS   PROBLEM',
        'n1     /dev/nvme1n1   Fast    OK        3%     100%    0        <none>',
        'n1     /dev/nvme2n1   Fast    Warning   95%    12%     4        95 % of its rated life is used; 12 % of its spare blocks are left; 4 media errors',
        '',
      ].join('\n'),
    });
  });

  it.each([
    [['n1', '-o', 'name'], 'drive/n1:nvme1n1\ndrive/n1:nvme2n1\n'],
    [
      ['--sort-by=.health.availableSpare', '-o', 'custom-columns=P:.path', '--no-headers'],
      '/dev/nvme2n1\n/dev/nvme1n1\n',
    ],
    [['-o', 'jsonpath={.items[?(@.verdict.health=="Warning")].metadata.name}'], 'n1:nvme2n1'],
  ])('prints %j', async (argv, expected) => {
    expect((await run(...argv)).stdout).toBe(expected);
  });

  it('fails for a node that does not exist', async () => {
    expect(await run('n9')).toMatchObject({
      exitCode: 1,
      stderr:
        'Error from server (NotFound): nodes "n9" not found\nSee which there are with: kubectl get nodes\n',
    });
  });
});

/** A drive without SMART values. */
function silent(overrides: Partial<Drive> = {}): Drive {
  const { health: _, ...rest } = drive(overrides);
  return rest;
}

describe('the health of a drive', () => {
  it.each([
    ['is fine', drive(), 'OK', []],
    ['does not answer', silent({ state: 'Failed', reason: 'I/O error' }), 'Critical', ['I/O error']],
    [
      'has become read-only',
      drive({ health: { criticalWarning: 0b1001 } }),
      'Critical',
      ['spare blocks are below the threshold', 'read-only'],
    ],
    ['tells nothing', silent(), 'Unknown', ['reports no SMART values']],
    ['could not be read', drive({ state: 'Unknown', reason: 'blkid failed' }), 'Unknown', ['blkid failed']],
    ['has had errors', drive({ health: { mediaErrors: 1 } }), 'Warning', ['1 media errors']],
  ] as const)('when it %s', (_, one, health, problems) => {
    expect(verdictOf(one)).toEqual({ health, problems });
  });
});
