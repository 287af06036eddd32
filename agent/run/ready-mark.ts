import { LEGACY_TAINT_KEY, READY_BOOT_ID, READY_LABEL, STARTUP_TAINT_KEY } from '../../api/keys.ts';
import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { KubeApi } from '../../kube/api.ts';
import { editNode } from '../../kube/edit-node.ts';

/** Every key that a node may wait for: the profile's own, our default, and the one of Materialize's tool. */
export const startupTaintKeys = ({ taints }: Pick<NVMeProfileSpec, 'taints'>): string[] => [
  ...new Set([...taints.map(({ key }) => key), STARTUP_TAINT_KEY, LEGACY_TAINT_KEY]),
];

/**
 * Marks the node ready for this boot and takes the taints off, in one patch: whoever sees the node without taint sees why.
 * Gives true when something changed.
 */
export async function markReady(
  kube: KubeApi,
  node: { name: string; uid: string },
  bootID: string,
  spec: NVMeProfileSpec,
): Promise<boolean> {
  const edit = {
    removeTaintKeys: startupTaintKeys(spec),
    annotations: { [READY_BOOT_ID]: bootID },
    labels: { [READY_LABEL]: 'true' },
  };
  return (await editNode(kube, node.name, () => edit, { uid: node.uid })) !== undefined;
}

/** Takes the ready label off; the taint is the enrol controller's to put on. */
export async function markNotReady(kube: KubeApi, node: { name: string; uid: string }): Promise<void> {
  const edit = { labels: { [READY_LABEL]: null } };
  await editNode(kube, node.name, () => edit, { uid: node.uid });
}
