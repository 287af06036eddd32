import { AGENT_NAME, AGENT_NAMESPACE, HOME_NAMESPACE, WEBHOOK_NAME } from '../../api/parts.ts';
import type { ResourceType } from '../../kube/api.ts';
import { customResourceDefinitions, daemonSets, deployments, nodes } from '../../kube/resources.ts';
import type { Context } from '../cli/verb.ts';
import { Failure } from '../errors/exit.ts';
import type { Deadline } from '../follow/deadline.ts';
import { followObject } from '../follow/follow-object.ts';
import type { ManifestObject } from './bundle.ts';
import { whyNotRunning } from './pending-pods.ts';
import { daemonSetRollout, deploymentRollout, type Rollout } from './rollout.ts';

/** Waits until the API server serves each CRD: objects of its kind are refused before. */
export async function waitEstablished(
  objects: readonly ManifestObject[],
  context: Context,
  limit: Deadline,
): Promise<void> {
  for (const { kind, metadata } of objects) {
    if (kind !== 'CustomResourceDefinition') continue;
    await waitFor(context, limit, {
      type: customResourceDefinitions,
      name: metadata.name,
      look: (definition) => {
        const conditions = definition?.status?.conditions ?? [];
        const served = conditions.some(({ type, status }) => type === 'Established' && status === 'True');
        return served ? { done: true } : { done: false, missing: 'the API server does not serve it yet' };
      },
    });
  }
}

/**
 * Waits for the webhook, then for the agents. Without a single Node there is nothing that waiting could bring (an
 * autoscaler may make the first one any time later), so that is said instead.
 */
export async function waitReady(context: Context, limit: Deadline): Promise<void> {
  const { kube, stdout, stderr } = context;
  const some = await kube.list(nodes, { limit: 1 });
  if (some.items.length === 0) {
    stderr.write(
      `Note: the cluster has no node yet; ${WEBHOOK_NAME} and ${AGENT_NAME} start with the first\n`,
    );
    return;
  }
  await waitFor(context, limit, {
    type: deployments,
    name: WEBHOOK_NAME,
    namespace: HOME_NAMESPACE,
    look: deploymentRollout,
  });
  stdout.write(`deployment "${WEBHOOK_NAME}" successfully rolled out\n`);
  await waitFor(context, limit, {
    type: daemonSets,
    name: AGENT_NAME,
    namespace: AGENT_NAMESPACE,
    look: daemonSetRollout,
  });
  stdout.write(`daemon set "${AGENT_NAME}" successfully rolled out\n`);
}

interface Place {
  type: { kind: string };
  name: string;
  namespace?: string;
}

interface Awaited<T> extends Place {
  type: ResourceType<T>;
  look: (object: T | undefined) => Rollout;
}

async function waitFor<T>(context: Context, limit: Deadline, awaited: Awaited<T>): Promise<void> {
  const { kube, clock, stderr } = context;
  const { type, name, namespace, look } = awaited;
  let missing = '';
  try {
    const where = namespace === undefined ? {} : { namespace };
    for await (const object of followObject(kube, type, name, { clock, signal: limit.signal, ...where })) {
      const rollout = look(object);
      if (rollout.done) return;
      if (rollout.missing !== missing) stderr.write(`Waiting for ${label(awaited)}: ${rollout.missing}\n`);
      missing = rollout.missing;
    }
  } catch (error) {
    if (!limit.expired()) throw error;
    throw await timedOut(context, awaited, missing);
  }
}

const label = ({ type, name }: Place): string => `${type.kind.toLowerCase()} "${name}"`;

async function timedOut({ kube }: Context, awaited: Place, missing: string): Promise<Failure> {
  const { name, namespace } = awaited;
  const reasons = namespace === undefined ? [] : await whyNotRunning(kube, namespace, name);
  return new Failure(
    `timed out waiting for ${[label(awaited), missing, ...reasons].filter((part) => part !== '').join(': ')}`,
    { next: 'Everything is applied and goes on without this command. What is wrong: kubectl nvme doctor' },
  );
}
