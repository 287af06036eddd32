import fc from 'fast-check';
import { DRIVE_KINDS } from '../drive-kinds.ts';
import { kubelet, limitedKubelet } from '../kubelet.ts';
import { CLOUDS } from './clouds.ts';
import { makeScene, type Choice, type Owner, type Scene } from './make-scene.ts';
import { specs } from './specs.ts';

const kinds = fc.oneof(
  { weight: 3, arbitrary: fc.constant('blank') },
  { weight: 2, arbitrary: fc.constantFrom(...Object.keys(DRIVE_KINDS)) },
);

const choices: fc.Arbitrary<Choice> = fc.record({
  kind: kinds,
  foreign: fc.constantFrom(...Array.from({ length: 20 }, () => undefined), 0, 1, 2, 3),
});

const owners = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Owner>('none') },
  { weight: 1, arbitrary: fc.constantFrom<Owner>('nodeadm', 'label', 'node label') },
);

/** Machines of every cloud, with profiles of every layout. */
export const scenes: fc.Arbitrary<Scene> = fc
  .record({
    cloud: fc.constantFrom(...CLOUDS),
    choices: fc.array(choices, { minLength: 1, maxLength: 5 }),
    owner: owners,
    spec: specs,
    consent: fc.constantFrom('none' as const, 'none' as const, 'new node' as const, 'stale order' as const),
    kubelet: fc.constantFrom(undefined, kubelet(), limitedKubelet()),
    iommu: fc.constantFrom('none' as const, 'own groups' as const, 'one group' as const),
    strict: fc.boolean(),
  })
  .map(makeScene);
