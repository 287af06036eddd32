import { SELECTED_NODE } from '../../../api/keys.ts';
import type { KubeApi, RequestOptions } from '../../../kube/api.ts';
import { isConflict, isInvalid, isNotFound } from '../../../kube/errors.ts';
import { persistentVolumeClaims, persistentVolumes } from '../../../kube/resources.ts';
import type { BinderAction } from './decide.ts';

/** Carries one action out, with what it was decided from as its condition; false when that has changed. */
export async function executeBinding(
  kube: KubeApi,
  action: BinderAction,
  options: RequestOptions,
): Promise<boolean> {
  try {
    if (action.kind === 'release') await release(kube, action, options);
    else if (await isStillPinned(kube, action, options)) await bind(kube, action, options);
    else return false;
    return true;
  } catch (error) {
    if (isNotFound(error) || isConflict(error) || isInvalid(error)) return false;
    throw error;
  }
}

type Bind = Extract<BinderAction, { kind: 'bind' }>;
type Release = Extract<BinderAction, { kind: 'release' }>;

/** The volume's version cannot tell that the claim has changed meanwhile. */
async function isStillPinned(
  kube: KubeApi,
  { claim, nodeName }: Bind,
  options: RequestOptions,
): Promise<boolean> {
  const { name = '', namespace = '', uid } = claim.metadata ?? {};
  const live = await kube.get(persistentVolumeClaims, name, { ...options, namespace });
  const { annotations, deletionTimestamp } = live.metadata ?? {};
  return (
    live.metadata?.uid === uid &&
    annotations?.[SELECTED_NODE] === nodeName &&
    live.spec?.volumeName === undefined &&
    deletionTimestamp === undefined
  );
}

/** Names the claim on the volume; the PV controller, which looks for such a volume first, does the rest. */
async function bind(kube: KubeApi, { claim, volume }: Bind, options: RequestOptions): Promise<void> {
  const { name, namespace, uid } = claim.metadata ?? {};
  const value = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid };
  const operations = [
    { op: 'test' as const, path: '/metadata/resourceVersion', value: volume.resourceVersion },
    { op: 'add' as const, path: '/spec/claimRef', value },
  ];
  await kube.patch(persistentVolumes, volume.name, { type: 'json', operations }, options);
}

async function release(kube: KubeApi, { claim }: Release, options: RequestOptions): Promise<void> {
  const { name = '', namespace = '', resourceVersion } = claim.metadata ?? {};
  const body = { metadata: { resourceVersion, annotations: { [SELECTED_NODE]: null } } };
  await kube.patch(persistentVolumeClaims, name, { type: 'merge', body }, { ...options, namespace });
}
