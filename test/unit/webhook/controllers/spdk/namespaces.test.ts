import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SPDK_ROLE } from '../../../../../api/keys.ts';
import { deployments, roleBindings } from '../../../../../kube/resources.ts';
import { spdkBench, type SpdkBench } from '../../../../builders/spdk-bench.ts';
import { keptDeployment, letIn } from '../../../../builders/spdk-deployment.ts';
import { forbidden } from '../../../../fakes/kube-answers.ts';

const MINUTE = 60_000;
let bench: SpdkBench;

beforeEach(async () => {
  bench = await spdkBench();
});
afterEach(() => bench.stop());

describe('namespaces', () => {
  const asked = (namespace: string) =>
    bench.kube.calls.filter((call) => call.resource === 'deployments' && call.namespace === namespace);

  it('into which nobody has let the controller are not even asked about', async () => {
    bench.kube.add(deployments, keptDeployment({ pages: 1 }, { namespace: 'private' }));
    bench.kube.add(roleBindings, letIn('private', 'somebody-else'));
    await bench.pass(5 * MINUTE);
    expect(asked('private')).toEqual([]);
    expect(bench.limit('private')).toBe('2Mi');
  });

  it('are served from the moment that a RoleBinding lets the controller in, and no longer', async () => {
    bench.kube.remove(roleBindings, SPDK_ROLE, 'storage');
    await bench.pass(3 * MINUTE);
    expect(bench.patches()).toEqual([]);
    const before = asked('storage').length;
    await bench.pass(3 * MINUTE);
    expect(asked('storage')).toHaveLength(before);
    bench.kube.add(roleBindings, letIn());
    await bench.pass(2 * MINUTE);
    expect(bench.limit()).toBe('216Mi');
  });

  it('that refuse are asked rarely, told of once, and disturb no other', async () => {
    const refused = forbidden(deployments, 'list');
    bench.kube.before(
      'list',
      'deployments',
      () => {
        if (bench.kube.calls.at(-1)?.namespace === 'refusing') throw refused;
      },
      1_000,
    );
    bench.kube.add(roleBindings, letIn('refusing'));
    await bench.pass(10 * MINUTE);
    expect(bench.limit()).toBe('216Mi');
    expect(asked('refusing').length).toBeLessThan(60);
    expect(bench.logged.filter(({ from }) => from === 'refusing')).toHaveLength(1);
  });

  it('in which the Deployment may not be changed are tried once a minute, and that is told once', async () => {
    bench.kube.fail('patch', 'deployments', forbidden(deployments, 'patch', 'spdk-n1'), 1_000);
    await bench.pass(10 * MINUTE);
    expect(bench.patches().length).toBeLessThanOrEqual(10);
    expect(bench.told()).toEqual([['NVMeSpdkHeld', expect.stringContaining('forbidden'), 1]]);
  });
});
