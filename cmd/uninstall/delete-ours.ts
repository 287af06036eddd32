import { PART_OF, PART_OF_LABEL } from '../../api/parts.ts';
import type { KubeApi } from '../../kube/api.ts';
import { isNotFound, isUnknownKind } from '../../kube/errors.ts';
import type { DryRun } from '../cli/dry-run.ts';
import type { Output } from '../cli/verb.ts';
import type { ManifestObject } from '../install/bundle.ts';
import { printedKind, printedName, resourceTypeOf } from '../install/kinds.ts';

export interface DeleteOptions {
  kube: KubeApi;
  stdout: Output;
  stderr: Output;
  dryRun: DryRun;
}

/** `left`: somebody else made it under one of our names. */
export type Removal = 'absent' | 'left' | 'deleted';

/**
 * Deletes an object if it is there and carries our label, with its UID as precondition, and prints kubectl's line.
 * What somebody else made under one of our names is left with a note.
 */
export async function deleteOurs(object: ManifestObject, options: DeleteOptions): Promise<Removal> {
  const { kube, stdout, stderr, dryRun } = options;
  const { name, namespace } = object.metadata;
  const found = await findObject(kube, object);
  if (found === undefined) return 'absent';
  if (found.metadata.labels?.[PART_OF_LABEL] !== PART_OF) {
    stderr.write(`Note: ${printedName(object)} is left: it has no label ${PART_OF_LABEL}=${PART_OF}\n`);
    return 'left';
  }
  if (dryRun !== 'client') await deleteObject(found, options);
  const from = namespace === undefined ? '' : ` from ${namespace} namespace`;
  stdout.write(`${printedKind(object)} "${name}" deleted${from}${dryRunNote(dryRun)}\n`);
  return 'deleted';
}

/** What kubectl adds to a line about something that was not really done. */
export const dryRunNote = (dryRun: DryRun): string =>
  ({ none: '', client: ' (dry run)', server: ' (server dry run)' })[dryRun];

async function deleteObject(found: Found, { kube, dryRun }: DeleteOptions): Promise<void> {
  const { name, namespace, uid } = found.metadata;
  const where = namespace === undefined ? {} : { namespace };
  const only = uid === undefined ? {} : { uid };
  const options = { ...where, ...only, dryRun: dryRun === 'server' };
  await kube.delete(resourceTypeOf(found), name, options).catch(ignoreMissing);
}

type Found = ManifestObject & { metadata: { uid?: string } };

/** The live object; undefined when it, or its whole kind, is not there. */
export async function findObject(kube: KubeApi, object: ManifestObject): Promise<Found | undefined> {
  const { name, namespace } = object.metadata;
  try {
    return await kube.get(resourceTypeOf(object), name, namespace === undefined ? {} : { namespace });
  } catch (error) {
    if (isNotFound(error) || isUnknownKind(error)) return undefined;
    throw error;
  }
}

function ignoreMissing(error: unknown): void {
  if (!isNotFound(error)) throw error;
}
