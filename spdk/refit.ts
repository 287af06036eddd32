import { HOSTNAME_LABEL, SPDK_KEEP_CURRENT, SPDK_NODE } from '../api/keys.ts';
import { bytesOf } from '../api/quantity.ts';
import { pointerSegment, type JsonPatchOperation } from '../kube/patches.ts';
import { hugepageResource } from '../kube/pod-requests.ts';
import type { Deployment } from '../kube/resources.ts';
import { allowed, SPDK_CONTAINER } from './deployment.ts';
import {
  hugepagesQuantity,
  megabytes,
  type HugepageSize,
  type SpdkGrant,
  type SpdkProblem,
} from './grant.ts';

type Container = NonNullable<NonNullable<Deployment['spec']>['template']['spec']>['containers'][number];

/** The part of a Deployment that follows the node. */
export interface SpdkContainer {
  index: number;
  container: Container;
  args: readonly string[];
  size: HugepageSize;
}

const SIZES: readonly HugepageSize[] = ['2Mi', '1Gi'];
/** Other words for what we write: beside ours they would mean something else. */
const OTHER_WORDS = /^(--mem-size|--pci-allowed|--pci-blocked|-B)\b/;

/** Finds what `spdk render` wrote. A Deployment in which that cannot be told is not ours to change. */
export function spdkContainer({ spec }: Deployment): SpdkContainer | SpdkProblem {
  const containers = spec?.template.spec?.containers ?? [];
  const index = containers.findIndex(({ name }) => name === SPDK_CONTAINER);
  const container = containers[index];
  if (container === undefined) return { problem: `it has no container ${SPDK_CONTAINER}` };
  const sizes = SIZES.filter((size) => container.resources?.limits?.[hugepageResource(size)] !== undefined);
  const [size] = sizes;
  if (size === undefined || sizes.length > 1) {
    return { problem: `its container has limits for ${sizes.length} sizes of hugepages, expected 1` };
  }
  const { args = [] } = container;
  const other = args.find((word) => OTHER_WORDS.test(word));
  if (other !== undefined) return { problem: `its arguments have ${other}, expected -s and -A only` };
  const times = args.filter((word) => word === '-s').length;
  if (times !== 1) return { problem: `its arguments have -s ${times} times, expected once` };
  return { index, container, args, size };
}

/** Whether its pods can run on the node of that hostname only: the allow-list is no other machine's. */
export function isPinnedTo({ spec }: Deployment, hostname: string): boolean {
  const { nodeSelector, affinity } = spec?.template.spec ?? {};
  if (nodeSelector?.[HOSTNAME_LABEL] === hostname) return true;
  const terms =
    affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return (
    terms.length > 0 &&
    terms.every(({ matchExpressions = [] }) =>
      matchExpressions.some(
        ({ key, operator, values }) =>
          key === HOSTNAME_LABEL && operator === 'In' && values?.length === 1 && values[0] === hostname,
      ),
    )
  );
}

/**
 * The JSON patch that gives a Deployment what the grant says, with all that it was made from as its condition; undefined
 * when it has that already. Everything else of it stays, other arguments included.
 */
export function refit(
  deployment: Deployment,
  { index, container, args, size }: SpdkContainer,
  grant: SpdkGrant,
): JsonPatchOperation[] | undefined {
  const quantity = hugepagesQuantity(grant);
  const wanted = fittedArgs(args, grant);
  const isSame = (field: 'limits' | 'requests'): boolean => {
    const now = container.resources?.[field]?.[hugepageResource(size)];
    // Without a request the API server takes the limit.
    return now === undefined ? field === 'requests' : bytesOf(now) === bytesOf(quantity);
  };
  if (isSame('limits') && isSame('requests') && sameArgs(args, wanted)) return undefined;
  const base = `/spec/template/spec/containers/${index}`;
  const resource = pointerSegment(hugepageResource(size));
  const fields = (['limits', 'requests'] as const).filter((field) => !isSame(field));
  const { uid, annotations = {} } = deployment.metadata ?? {};
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    ...[SPDK_NODE, SPDK_KEEP_CURRENT].map((key) => ({
      op: 'test' as const,
      path: `/metadata/annotations/${pointerSegment(key)}`,
      value: annotations[key],
    })),
    { op: 'test', path: `${base}/name`, value: SPDK_CONTAINER },
    ...replaced(`${base}/args`, args, wanted),
    ...fields.flatMap((field) =>
      replaced(
        `${base}/resources/${field}/${resource}`,
        container.resources?.[field]?.[hugepageResource(size)],
        quantity,
      ),
    ),
  ];
}

const replaced = (path: string, before: unknown, value: unknown): JsonPatchOperation[] => [
  { op: 'test', path, value: before },
  { op: 'replace', path, value },
];

/** The arguments with another amount and allow-list, which goes where the old one began. */
export function fittedArgs(args: readonly string[], grant: SpdkGrant): string[] {
  const result: string[] = [];
  let at: number | undefined;
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    if (word === '-A') {
      at ??= result.length;
      index += 1;
    } else if (word === '-s') {
      result.push(word, String(megabytes(grant)));
      index += 1;
    } else result.push(word);
  }
  result.splice(at ?? result.indexOf('-s') + 2, 0, ...allowed(grant.addresses));
  return result;
}

/** The order of the arguments is the user's. */
const sameArgs = (args: readonly string[], wanted: readonly string[]): boolean =>
  JSON.stringify([...args].sort()) === JSON.stringify([...wanted].sort());
