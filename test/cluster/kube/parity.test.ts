import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import type { KubeApi } from '../../../kube/api.ts';
import { isUnknownKind } from '../../../kube/errors.ts';
import { FakeKube } from '../../fakes/kube.ts';
import { realKube } from '../../builders/real-kube.ts';
import { problem, story } from './story.ts';

const CRDS = join(import.meta.dirname, '..', '..', '..', 'manifests', 'crds');

describe('the fake API server answers as the real one when somebody', () => {
  const fake = new FakeKube();
  let real: KubeApi;

  beforeAll(async () => {
    const { kubectlPath, kubeconfig } = inject('controlPlane');
    execFileSync(kubectlPath, ['--kubeconfig', kubeconfig, 'apply', '-k', CRDS]);
    execFileSync(kubectlPath, [
      '--kubeconfig',
      kubeconfig,
      'wait',
      '--for=condition=Established',
      '--all',
      'crd',
    ]);
    real = await realKube(kubeconfig);
  });

  it.each(story)('$does', async ({ ask }) => {
    const [expected, actual] = [await ask(real).catch(problem), await ask(fake).catch(problem)];
    expect(actual).toEqual(expected);
  });
});

describe('the real API server', () => {
  it('answers a kind that is not installed with a page, which proves nothing', async () => {
    const real = await realKube(inject('controlPlane').kubeconfig);
    const kind = { group: 'no.such', version: 'v1', plural: 'things', kind: 'Thing', namespaced: false };
    const error = await real.get(kind, 'x').catch((caught: unknown) => caught);
    expect(isUnknownKind(error)).toBe(true);
  });
});
