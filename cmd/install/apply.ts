import { isConflict } from '../../kube/errors.ts';
import type { KubeApi } from '../../kube/api.ts';
import type { Output } from '../cli/verb.ts';
import { Failure, Failures } from '../errors/exit.ts';
import type { ManifestObject } from './bundle.ts';
import { printedName, resourceTypeOf } from './kinds.ts';

/** How managed fields name us. */
export const FIELD_MANAGER = 'kubectl-nvme';

export interface ApplyOptions {
  kube: KubeApi;
  stdout: Output;
  /** Take over fields that somebody else manages. */
  force: boolean;
}

/**
 * Applies the objects one after the other and prints a line for each, as `kubectl apply --server-side` does. One
 * that is refused does not keep back the others; all refusals are thrown together.
 */
export async function applyAll(objects: readonly ManifestObject[], options: ApplyOptions): Promise<void> {
  const errors: unknown[] = [];
  for (const object of objects) {
    try {
      await applyOne(object, options);
    } catch (error) {
      errors.push(isConflict(error) ? conflict(object, error) : error);
    }
  }
  if (errors.length > 0) throw new Failures(errors);
}

async function applyOne(object: ManifestObject, { kube, stdout, force }: ApplyOptions): Promise<void> {
  const { name, namespace } = object.metadata;
  const options = { fieldManager: FIELD_MANAGER, ...(namespace === undefined ? {} : { namespace }) };
  await kube.patch(resourceTypeOf(object), name, { type: 'apply', body: object, force }, options);
  stdout.write(`${printedName(object)} serverside-applied\n`);
}

const conflict = (object: ManifestObject, cause: unknown): Failure =>
  new Failure(`${printedName(object)} was changed by somebody else: ${(cause as Error).message}`, {
    cause,
    next: 'Look at these fields; to overwrite them run the same command with --force-conflicts.',
  });
