import { SPDK_ROLE } from '../../api/keys.ts';
import { HOME_NAMESPACE, WEBHOOK_NAME } from '../../api/parts.ts';
import type { KubeApi } from '../../kube/api.ts';
import { isForbidden, isNotFound } from '../../kube/errors.ts';
import { roleBindings } from '../../kube/resources.ts';
import { bindsController } from '../../spdk/binding.ts';

/** How to let the controller into the namespace; empty when it is let in already. */
export async function bindingNote(kube: KubeApi, namespace: string): Promise<string> {
  const command =
    `kubectl create rolebinding ${SPDK_ROLE} -n ${namespace} --clusterrole=${SPDK_ROLE} ` +
    `--serviceaccount=${HOME_NAMESPACE}:${WEBHOOK_NAME}`;
  const note = (why: string): string => `Note: ${why}:\n  ${command}\n`;
  try {
    const binding = await kube.get(roleBindings, SPDK_ROLE, { namespace });
    if (bindsController(binding, HOME_NAMESPACE)) return '';
    return note(
      `RoleBinding ${SPDK_ROLE} does not name the controller’s service account; delete it and make it anew`,
    );
  } catch (error) {
    if (isNotFound(error))
      return note('The controller may not change it yet. Someone who may bind roles runs');
    if (isForbidden(error)) return note('If the controller is not let into this namespace yet');
    throw error;
  }
}
