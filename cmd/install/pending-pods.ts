import { NAME_LABEL } from '../../api/parts.ts';
import type { KubeApi } from '../../kube/api.ts';
import { pods, type Pod } from '../../kube/resources.ts';

/** Why pods of a program do not run, each reason once: no node to run on, no image, a crash. */
export async function whyNotRunning(kube: KubeApi, namespace: string, program: string): Promise<string[]> {
  const { items } = await kube.listAll(pods, { namespace, labelSelector: `${NAME_LABEL}=${program}` });
  return [...new Set(items.flatMap(reasonOf))];
}

function reasonOf({ status = {} }: Pod): string[] {
  const unscheduled = status.conditions?.find(
    (condition) => condition.type === 'PodScheduled' && condition.status === 'False',
  );
  if (unscheduled) return [unscheduled.message ?? unscheduled.reason ?? 'not scheduled'];
  return (status.containerStatuses ?? []).flatMap(({ state }) => {
    const { reason, message } = state?.waiting ?? state?.terminated ?? {};
    if (reason === undefined || reason === 'ContainerCreating') return [];
    return [message === undefined ? reason : `${reason}: ${message}`];
  });
}
