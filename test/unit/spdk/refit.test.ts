import { describe, expect, it } from 'vitest';
import { deployments, type Deployment } from '../../../kube/resources.ts';
import type { SpdkGrant } from '../../../spdk/grant.ts';
import { fittedArgs, isPinnedTo, refit, spdkContainer } from '../../../spdk/refit.ts';
import { amountsOf, DRIVE, keptDeployment, SECOND_DRIVE } from '../../builders/spdk-deployment.ts';
import { FakeKube } from '../../fakes/kube.ts';

const grant = (pages: number, addresses = [DRIVE]): SpdkGrant => ({ size: '2Mi', pages, addresses });

type Container = NonNullable<NonNullable<Deployment['spec']>['template']['spec']>['containers'][number];

function edited(edit: (container: Container) => void, pages = 100): Deployment {
  const deployment = keptDeployment({ pages });
  const [container] = deployment.spec?.template.spec?.containers ?? [];
  if (container !== undefined) edit(container);
  return deployment;
}

function patchFor(deployment: Deployment, to: SpdkGrant) {
  const found = spdkContainer(deployment);
  if ('problem' in found) expect.fail(found.problem);
  return refit(deployment, found, to);
}

async function after(deployment: Deployment, to: SpdkGrant): Promise<Deployment> {
  const kube = new FakeKube();
  kube.add(deployments, deployment);
  const operations = patchFor(deployment, to) ?? expect.fail('nothing to change');
  return kube.patch(deployments, 'spdk-n1', { type: 'json', operations }, { namespace: 'storage' });
}

describe('a Deployment of SPDK that has what its node has', () => {
  it.each<[string, (container: Container) => void]>([
    ['as it was rendered', () => undefined],
    [
      'with quantities as the API server writes them',
      ({ resources }) => {
        for (const kind of [resources?.limits, resources?.requests])
          if (kind) kind['hugepages-2Mi'] = '0.1953125Gi';
      },
    ],
    [
      'without a request, which is the limit then',
      ({ resources }) => delete resources?.requests?.['hugepages-2Mi'],
    ],
    [
      'with its arguments in another order',
      (container) => {
        container.args = ['-A', DRIVE, '-s', '200', '--wait-for-rpc', '-m', '0x3'];
      },
    ],
    [
      'with another image and command',
      (container) => {
        container.image = 'mine';
        container.command = ['/init', 'spdk_tgt'];
      },
    ],
  ])('is left alone %s', (_, edit) => {
    expect(patchFor(edited(edit), grant(100))).toBeUndefined();
  });
});

describe('a Deployment of SPDK whose node has something else now', () => {
  it('gets limits, requests and -s of the new amount', async () => {
    expect(amountsOf(await after(keptDeployment({ pages: 100 }), grant(124)))).toEqual({
      limit: '248Mi',
      request: '248Mi',
      args: ['-m', '0x1', '-s', '248', '-A', DRIVE],
    });
  });

  it('gets the controllers that are SPDK’s, and its amount is not written again', async () => {
    const deployment = keptDeployment({ pages: 100 });
    const more = grant(100, [DRIVE, SECOND_DRIVE]);
    expect(amountsOf(await after(deployment, more)).args).toEqual([
      ...['-m', '0x1', '-s', '200', '-A', DRIVE, '-A', SECOND_DRIVE],
    ]);
    expect(patchFor(deployment, more)?.filter(({ path }) => path.includes('resources'))).toEqual([]);
  });

  it('is changed only while it is the one that was looked at', async () => {
    const deployment = keptDeployment({ pages: 100 });
    const operations = patchFor(deployment, grant(124)) ?? [];
    const edits: ((object: Deployment) => void)[] = [
      ({ metadata }) => delete metadata?.annotations?.['kubectl-nvme.dev/keep-current'],
      ({ metadata }) => {
        if (metadata?.annotations) metadata.annotations['kubectl-nvme.dev/spdk-node'] = 'n2';
      },
      ({ spec }) => spec?.template.spec?.containers.unshift({ name: 'another' }),
      ({ spec }) => spec?.template.spec?.containers[0]?.args?.push('--wait-for-rpc'),
    ];
    for (const edit of edits) {
      const kube = new FakeKube();
      kube.add(deployments, deployment);
      kube.change(deployments, 'spdk-n1', edit, 'storage');
      const patched = kube.patch(
        deployments,
        'spdk-n1',
        { type: 'json', operations },
        { namespace: 'storage' },
      );
      await expect(patched).rejects.toMatchObject({ code: 422 });
    }
  });

  it('keeps every other argument where it is', () => {
    const args = [
      '--wait-for-rpc',
      '-A',
      'old',
      '-c',
      '/etc/spdk.json',
      '-s',
      '2',
      '-A',
      'older',
      '-m',
      '0x3',
    ];
    expect(fittedArgs(args, grant(124))).toEqual([
      ...['--wait-for-rpc', '-A', DRIVE, '-c', '/etc/spdk.json', '-s', '248', '-m', '0x3'],
    ]);
    expect(fittedArgs(['-s', '2', '-m', '0x3'], grant(124))).toEqual(['-s', '248', '-A', DRIVE, '-m', '0x3']);
  });
});

describe('a Deployment in which what to change cannot be told', () => {
  it.each<[RegExp, (container: Container) => void]>([
    [/no container spdk/, (container) => (container.name = 'mine')],
    [/limits for 0 sizes/, (container) => delete container.resources],
    [
      /limits for 2 sizes/,
      ({ resources }) => {
        if (resources?.limits) resources.limits['hugepages-1Gi'] = '1Gi';
      },
    ],
    [/-s 0 times/, (container) => (container.args = ['-m', '0x1'])],
    [/-s 2 times/, (container) => (container.args = ['-s', '1', '-s', '2'])],
    [/have --mem-size=64/, (container) => container.args?.push('--mem-size=64')],
    [/have --pci-allowed/, (container) => container.args?.push('--pci-allowed', DRIVE)],
  ])('is refused with %s', (problem, edit) => {
    expect(spdkContainer(edited(edit))).toMatchObject({ problem: expect.stringMatching(problem) as string });
  });

  it('has to be pinned to its node, by any of the usual ways', () => {
    const deployment = keptDeployment({ pages: 1 });
    expect([isPinnedTo(deployment, 'n1'), isPinnedTo(deployment, 'n2')]).toEqual([true, false]);
    const { spec } = deployment.spec?.template ?? {};
    if (spec) spec.affinity = {};
    expect(isPinnedTo(deployment, 'n1')).toBe(false);
    if (spec) spec.nodeSelector = { 'kubernetes.io/hostname': 'n1' };
    expect(isPinnedTo(deployment, 'n1')).toBe(true);
  });
});
