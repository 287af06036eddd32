import { describe, expect, it } from 'vitest';
import { configOfLine } from '../../../../cmd/complete/config-of-line.ts';
import { VERBS } from '../../../../cmd/cli/registry.ts';
import { runCompletion } from '../../../../cmd/complete/run-completion.ts';
import { NODE_LABEL } from '../../../../api/keys.ts';
import { nodes, nvmeProfiles, persistentVolumes } from '../../../../kube/resources.ts';
import { node, nvmeProfile, persistentVolume } from '../../../builders/objects.ts';
import { settle, SteppedClock } from '../../../fakes/clock.ts';
import { internalError } from '../../../fakes/kube-answers.ts';
import { FakeKube } from '../../../fakes/kube.ts';

const noCluster = () => Promise.reject(new Error('Expected no cluster to be asked'));

async function words(line: string[], connect: () => Promise<FakeKube> = noCluster): Promise<string[]> {
  const answer = await runCompletion(line, { clock: new SteppedClock(), connect });
  return answer.split('\n').map((word) => word.split('\t')[0] ?? '');
}

describe('shell completion', () => {
  it.each([
    [['st'], ['status']],
    [
      ['list', ''],
      ['drives', 'volumes', 'orphans', 'profiles'],
    ],
    [
      ['list', 'drives', '--state', 'F'],
      ['Free', 'Foreign', 'Failed'],
    ],
    [['setup', ''], ['node']],
    [['--context', 'a', 'st'], ['status']],
    [['status', '--out'], ['--output']],
    [['status', '-o', 'y'], ['yaml']],
    [
      ['status', '--output=js'],
      ['--output=json', '--output=jsonpath='],
    ],
    [['setup', 'node', 'n1', '--layout', 'l'], ['lvm']],
    [
      ['setup', 'node', 'n1', '--dry-run='],
      ['--dry-run=none', '--dry-run=client', '--dry-run=server'],
    ],
    [['setup', 'node', 'n1', ''], []],
    [['status', '-o', 'nonsense'], []],
    [['nonsense', ''], []],
  ])('answers %j without asking the cluster', async (line, expected) => {
    expect(await words(line)).toEqual([...expected, ':4', '']);
  });

  it('offers every verb and group at the start, and help', async () => {
    const first = await words(['']);
    const known = [...VERBS.map(({ path }) => path[0]), 'help'];
    expect(new Set(first)).toEqual(new Set([...known, ':4', '']));
  });

  it('offers node names that are not on the line yet, and profiles', async () => {
    const kube = new FakeKube();
    for (const name of ['w1', 'w2', 'x1']) kube.add(nodes, node({ metadata: { name } }));
    kube.add(nvmeProfiles, nvmeProfile());
    kube.add(
      persistentVolumes,
      persistentVolume({ metadata: { name: 'pv-1', labels: { [NODE_LABEL]: 'w1' } } }),
    );
    kube.add(persistentVolumes, persistentVolume({ metadata: { name: 'pv-other', labels: {} } }));
    const connect = () => Promise.resolve(kube);
    expect(await words(['cleanup', ''], connect)).toEqual(['pv-1', ':4', '']);
    expect(await words(['status', 'w1', 'w'], connect)).toEqual(['w2', ':4', '']);
    expect(await words(['setup', 'node', ''], connect)).toEqual(['w1', 'w2', 'x1', ':4', '']);
    expect(await words(['list', 'drives', '--node', 'x'], connect)).toEqual(['x1', ':4', '']);
    expect(await words(['taint', 'w1', 'w'], connect)).toEqual(['w2', ':4', '']);
    expect(await words(['plan', 'node', 'w1', '--profile', ''], connect)).toEqual(['fast', ':4', '']);
    expect(await words(['setup', 'node', 'w1', '--profile', ''], connect)).toEqual(['fast', ':4', '']);
  });

  it('is silent and empty when the cluster cannot be asked', async () => {
    const kube = new FakeKube();
    kube.fail('*', '*', internalError());
    expect(await words(['status', ''], () => Promise.resolve(kube))).toEqual([':4', '']);
    expect(await words(['status', ''])).toEqual([':4', '']);
  });

  it('is empty after two seconds', async () => {
    const clock = new SteppedClock();
    const answer = runCompletion(['status', ''], {
      clock,
      connect: () => new Promise<never>(() => undefined),
    });
    await clock.untilSleeping();
    await clock.advance(2000);
    await settle();
    expect(await answer).toBe(':4\n');
  });

  it('asks the cluster that the line itself names', () => {
    expect(
      configOfLine(['--context', 'a', 'status', '-s', 'https://x', '--as-group=g', '--as-group=h', '']),
    ).toEqual({
      context: 'a',
      server: 'https://x',
      'as-group': ['g', 'h'],
    });
  });
});
