import { pointerSegment, type JsonPatchOperation } from '../../../kube/patches.ts';
import type { KubeApi, ResourceType } from '../../../kube/api.ts';
import { ApiError } from '../../../kube/errors.ts';
import { firstSet } from '../../../kube/first-set.ts';
import { configMaps, leases, nvmeNodes, nvmeProfiles, type ConfigMap } from '../../../kube/resources.ts';
import { nvmeNode, nvmeProfile } from '../../builders/objects.ts';

/** One thing to do, and what of the answer is compared. */
export interface Step {
  does: string;
  ask: (kube: KubeApi) => Promise<unknown>;
}

const namespace = 'default';
const at = { namespace };
const UID = '00000000-0000-4000-8000-000000000000';

const summary = { drives: '2/2', volumes: 0, bound: 0, unsettled: 0, layout: 'RAID0/xfs' };

const step = (does: string, ask: Step['ask']): Step => ({ does, ask });

const patchMap = (kube: KubeApi, operations: JsonPatchOperation[]): Promise<ConfigMap> =>
  kube.patch(configMaps, 'story', { type: 'json', operations }, at);

const shape = (object: unknown): unknown => {
  const { metadata, ...rest } = object as {
    metadata?: { name?: string; labels?: object; generation?: number };
  };
  return { ...rest, name: metadata?.name, labels: metadata?.labels, generation: metadata?.generation };
};

const version = async (kube: KubeApi): Promise<string> =>
  (await kube.get(configMaps, 'story', at)).metadata?.resourceVersion ?? '';

const changed = async (kube: KubeApi, act: () => Promise<unknown>): Promise<boolean> => {
  const before = await version(kube);
  await act();
  return (await version(kube)) !== before;
};

/** What we rely on of the API server; run against it and against the fake, the answers must be the same. */
export const story: Step[] = [
  step('reads a name that does not exist', (kube) => kube.get(configMaps, 'story', at)),
  step('reads a custom resource that does not exist', (kube) => kube.get(nvmeNodes, 'story')),
  step('deletes what does not exist', (kube) => kube.delete(leases, 'story', at)),
  step('creates', async (kube) =>
    shape(
      await kube.create(configMaps, {
        metadata: { name: 'story', namespace, labels: { a: 'b' } },
        data: { k: 'v' },
      }),
    ),
  ),
  step('lists names', async (kube) =>
    (await kube.listNames(configMaps, at)).filter((name) => name === 'story'),
  ),
  step('lists a kind without printer columns as a table', async (kube) => {
    const { columns, rows } = await kube.listTable(configMaps, at);
    return [columns[0], rows.map(([name]) => name).filter((name) => name === 'story')];
  }),
  step('lists as a stream', async (kube) => {
    const { items } = await kube.listAll(configMaps, { ...at, streamed: true });
    return items.map(({ metadata }) => metadata?.name).filter((name) => name === 'story');
  }),
  step('creates it twice', (kube) => kube.create(configMaps, { metadata: { name: 'story', namespace } })),
  step('creates as a dry run', async (kube) => {
    await kube.create(configMaps, { metadata: { name: 'dry', namespace } }, { dryRun: true });
    return kube.get(configMaps, 'dry', at);
  }),
  step('creates by generateName', async (kube) => {
    const made = await kube.create(configMaps, { metadata: { generateName: 'gen-', namespace } });
    await kube.delete(configMaps, made.metadata?.name ?? '', at);
    return /^gen-.{5}$/.test(made.metadata?.name ?? '');
  }),
  step('replaces with a stale version', (kube) =>
    kube.replace(configMaps, 'story', { metadata: { name: 'story', namespace, resourceVersion: '1' } }, at),
  ),
  step('replaces without a version', async (kube) =>
    shape(
      await kube.replace(
        configMaps,
        'story',
        { metadata: { name: 'story', namespace, labels: { a: 'b' } } },
        at,
      ),
    ),
  ),
  step('tests an absent field for null and adds it', async (kube) =>
    shape(
      await patchMap(kube, [
        { op: 'test', path: '/data', value: null },
        { op: 'add', path: '/data', value: { k: 'v' } },
      ]),
    ),
  ),
  step('tests a present field for null', (kube) =>
    patchMap(kube, [{ op: 'test', path: '/data', value: null }]),
  ),
  step('reaches keys with slashes and tildes', async (kube) => {
    const add = (key: string): JsonPatchOperation => ({
      op: 'add',
      path: `/metadata/annotations/${pointerSegment(key)}`,
      value: '1',
    });
    const made = await patchMap(kube, [
      { op: 'test', path: '/metadata/annotations', value: null },
      { op: 'add', path: '/metadata/annotations', value: {} },
      add('a.b/c'),
    ]);
    return made.metadata?.annotations;
  }),
  step('tests a wrong value', (kube) =>
    patchMap(kube, [{ op: 'test', path: '/data', value: { k: 'other' } }]),
  ),
  step('tests an absent key for a value', (kube) =>
    patchMap(kube, [{ op: 'test', path: '/data/none', value: 'x' }]),
  ),
  step('removes what is absent', (kube) => patchMap(kube, [{ op: 'remove', path: '/data/none' }])),
  step('replaces what is absent', async (kube) =>
    shape(await patchMap(kube, [{ op: 'replace', path: '/data/none', value: 'x' }])),
  ),
  step('adds below what is absent', (kube) => patchMap(kube, [{ op: 'add', path: '/none/x', value: 'x' }])),
  step('tests a wrong version', (kube) =>
    patchMap(kube, [{ op: 'test', path: '/metadata/resourceVersion', value: '1' }]),
  ),
  step('tests a wrong UID', (kube) => patchMap(kube, [{ op: 'test', path: '/metadata/uid', value: UID }])),
  step('merge-patches with a stale version', (kube) =>
    kube.patch(configMaps, 'story', { type: 'merge', body: { metadata: { resourceVersion: '1' } } }, at),
  ),
  step('merge-patches a key away', async (kube) =>
    shape(
      await kube.patch(
        configMaps,
        'story',
        { type: 'merge', body: { data: { k: null, n: '1' }, metadata: { labels: { a: null, c: 'd' } } } },
        at,
      ),
    ),
  ),
  step('leaves the version alone when nothing changes', (kube) =>
    changed(kube, () => kube.patch(configMaps, 'story', { type: 'merge', body: { data: { n: '1' } } }, at)),
  ),
  step('moves the version when something changes', (kube) =>
    changed(kube, () => kube.patch(configMaps, 'story', { type: 'merge', body: { data: { n: '2' } } }, at)),
  ),
  step('applies without a field manager', (kube) =>
    kube.patch(configMaps, 'story', { type: 'apply', body: { data: { m: '3' } } }, at),
  ),
  step('applies without a name in the body', async (kube) => {
    const patch = { type: 'apply', body: { data: { m: '3' } } } as const;
    return shape(await kube.patch(configMaps, 'story', patch, { ...at, fieldManager: 'story' }));
  }),
  step('applies without a name in the body what is not there yet', async (kube) => {
    const patch = { type: 'apply', body: { data: { m: '3' } } } as const;
    return shape(await kube.patch(configMaps, 'nameless', patch, { ...at, fieldManager: 'story' }));
  }),
  step('applies what is not there yet', async (kube) => {
    const patch = {
      type: 'apply',
      body: { metadata: { name: 'applied', namespace }, data: { k: 'v' } },
    } as const;
    const made = await kube.patch(configMaps, 'applied', patch, { ...at, fieldManager: 'story' });
    await kube.delete(configMaps, 'applied', at);
    return shape(made);
  }),
  step('deletes with a wrong UID', (kube) => kube.delete(configMaps, 'story', { ...at, uid: UID })),
  step('deletes with a stale version', (kube) =>
    kube.delete(configMaps, 'story', { ...at, resourceVersion: '1' }),
  ),
  step('deletes as a dry run', async (kube) => {
    await kube.delete(configMaps, 'story', { ...at, dryRun: true });
    return (await kube.get(configMaps, 'story', at)).metadata?.name;
  }),
  step('lists by name', async (kube) => names(kube, configMaps, { fieldSelector: 'metadata.name=story' })),
  step('lists by label', async (kube) => names(kube, configMaps, { labelSelector: 'c in (d,e),!a' })),
  step('lists by a field that is not indexed', (kube) =>
    kube.list(configMaps, { ...at, fieldSelector: 'data.n=2' }),
  ),
  step('keeps an object with finalizers until they are gone', async (kube) => {
    const body = { metadata: { finalizers: ['kubectl-nvme.dev/test'] } };
    await kube.patch(configMaps, 'story', { type: 'merge', body }, at);
    await kube.delete(configMaps, 'story', at);
    const terminating = (await kube.get(configMaps, 'story', at)).metadata?.deletionTimestamp !== undefined;
    await kube.patch(configMaps, 'story', { type: 'merge', body: { metadata: { finalizers: null } } }, at);
    return { terminating, after: await kube.get(configMaps, 'story', at).catch(problem) };
  }),
  step('creates a custom resource: its status is dropped', async (kube) =>
    shape(await kube.create(nvmeNodes, nvmeNode({ metadata: { name: 'story' }, status: { nodeUID: 'u' } }))),
  ),
  step('writes its status: the rest stays', async (kube) => {
    const body = {
      metadata: { labels: { a: 'b' } },
      spec: { profile: 'x' },
      status: { nodeUID: 'u', summary },
    };
    return shape(await kube.patch(nvmeNodes, 'story', { type: 'merge', body }, { subresource: 'status' }));
  }),
  step('writes its spec: the status stays', async (kube) => {
    const body = { spec: { profile: 'y' }, status: { nodeUID: 'w' } };
    return shape(await kube.patch(nvmeNodes, 'story', { type: 'merge', body }));
  }),
  step('prints it as a table', async (kube) => {
    const { columns, rows } = await kube.listTable(nvmeNodes);
    const [row = []] = rows.filter(([name]) => name === 'story');
    // Its age is a time in the fake.
    return columns.map((column, index) => [column, column === 'Age' ? '' : row[index]]);
  }),
  step('replaces it without a version', (kube) =>
    kube.replace(nvmeNodes, 'story', nvmeNode({ metadata: { name: 'story' } })),
  ),
  step('deletes it', async (kube) => {
    await kube.delete(nvmeNodes, 'story');
    return kube.get(nvmeNodes, 'story');
  }),
  step('creates a profile twice', async (kube) => {
    await kube.create(nvmeProfiles, nvmeProfile({ metadata: { name: 'story' } }));
    const again = await kube
      .create(nvmeProfiles, nvmeProfile({ metadata: { name: 'story' } }))
      .catch(problem);
    await kube.delete(nvmeProfiles, 'story');
    return again;
  }),
];

async function names<T>(
  kube: KubeApi,
  type: ResourceType<T>,
  options: object,
): Promise<(string | undefined)[]> {
  const list = await kube.list(type, { ...at, ...options });
  return list.items.map((item) => (item as ConfigMap).metadata?.name);
}

/** What is compared of a refusal; versions and UIDs of the moment are cut out of its words. */
export function problem(error: unknown): unknown {
  if (!(error instanceof ApiError)) throw error;
  const message = error.message
    .replaceAll(/in record \([^)]*\)/g, 'in record (…)')
    .replaceAll(/UID in object meta: \S+/g, 'UID in object meta: …');
  const { reason, details } = error.status;
  const { name, kind, group } = details ?? {};
  return { code: error.code, reason, message, name: firstSet(name), kind, group: firstSet(group) };
}
