import { REGISTRATION_NAME } from '../../api/parts.ts';
import type { Context } from '../cli/verb.ts';
import { deleteOurs } from '../uninstall/delete-ours.ts';
import { everything, isSameObject, type ManifestBundle, type ManifestObject } from './bundle.ts';
import { isWorkload } from './configure.ts';

/** What the webhook makes itself: no manifest has it. */
export const REGISTRATIONS: readonly ManifestObject[] = [
  'MutatingWebhookConfiguration',
  'ValidatingWebhookConfiguration',
].map((kind) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind,
  metadata: { name: REGISTRATION_NAME },
}));

/** Removes what an installation with other options had and this one has not. */
export async function removeUnwanted(
  { kube, stdout, stderr }: Context,
  bundle: ManifestBundle,
  wanted: readonly ManifestObject[],
): Promise<void> {
  for (const object of unwanted(everything(bundle), wanted)) {
    await deleteOurs(object, { kube, stdout, stderr, dryRun: 'none' });
  }
}

function unwanted(all: readonly ManifestObject[], wanted: readonly ManifestObject[]): ManifestObject[] {
  const registrations = wanted.some(registersItself) ? [] : REGISTRATIONS;
  const known = [...registrations, ...all];
  return known.filter((object) => !wanted.some((other) => isSameObject(object, other)));
}

const registersItself = (object: ManifestObject): boolean =>
  object.kind === 'Deployment' &&
  isWorkload(object) &&
  !object.spec.template.spec.containers.some(({ args = [] }) => args.includes('--no-admission'));
