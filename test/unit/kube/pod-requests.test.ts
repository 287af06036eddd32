import { expect, test } from 'vitest';
import { requested } from '../../../kube/pod-requests.ts';
import type { Pod } from '../../../kube/resources.ts';

type Spec = NonNullable<Pod['spec']>;

const MI = 2 ** 20;
const asking = (amount: string, more: Partial<Spec['containers'][number]> = {}) => ({
  name: 'c',
  resources: { requests: { 'hugepages-2Mi': amount }, limits: { 'hugepages-2Mi': amount } },
  ...more,
});
const pod = (spec: Partial<Spec>, phase = 'Running'): Pod => ({
  spec: { containers: [], ...spec },
  status: { phase },
});

test.each<[string, Pod[], number]>([
  ['nothing for pods without hugepages', [pod({ containers: [{ name: 'c' }] })], 0],
  [
    'the sum over containers and pods',
    [pod({ containers: [asking('4Mi'), asking('6Mi')] }), pod({ containers: [asking('2Mi')] })],
    12,
  ],
  [
    'nothing for another size',
    [pod({ containers: [{ name: 'c', resources: { requests: { 'hugepages-1Gi': '1Gi' } } }] })],
    0,
  ],
  [
    'nothing for pods that have ended',
    [pod({ containers: [asking('4Mi')] }, 'Succeeded'), pod({ containers: [asking('4Mi')] }, 'Failed')],
    0,
  ],
  ['what a pod waits for, too', [pod({ containers: [asking('4Mi')] }, 'Pending')], 4],
  [
    'the larger of init and later containers',
    [pod({ initContainers: [asking('8Mi')], containers: [asking('4Mi')] })],
    8,
  ],
  [
    'sidecars beside everything that is started after them',
    [
      pod({
        initContainers: [asking('2Mi', { restartPolicy: 'Always' }), asking('8Mi')],
        containers: [asking('4Mi')],
      }),
    ],
    10,
  ],
  [
    'overhead of the runtime',
    [pod({ containers: [asking('4Mi')], overhead: { 'hugepages-2Mi': '2Mi' } })],
    6,
  ],
  [
    'what a pod asks for as a whole instead of its containers',
    [pod({ containers: [asking('4Mi')], ...{ resources: { requests: { 'hugepages-2Mi': '10Mi' } } } })],
    10,
  ],
])('counts %s', (_, pods, expected) => {
  expect(requested(pods, '2Mi')).toBe(expected * MI);
});
