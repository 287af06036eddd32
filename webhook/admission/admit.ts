import { handsOff, missingTaints, profileFor } from '../../api/matching.ts';
import type { NVMeProfile } from '../../api/profile.ts';
import { admittedNode } from './admitted-node.ts';
import { isRecord } from './json.ts';
import { birthPatch } from './birth-patch.ts';
import type { AdmissionRequest, AdmissionResponse } from './review.ts';

/** What was done with a review: the label of a metric, so the list is closed. */
export const ADMISSION_RESULTS = [
  'tainted',
  'already-tainted',
  'no-profile',
  'exempt',
  'paused',
  'not-for-us',
  'not-synced',
  'profile-valid',
  'profile-impossible',
] as const;
export type AdmissionResult = (typeof ADMISSION_RESULTS)[number];

export interface AdmissionOutcome {
  result: AdmissionResult;
  response: AdmissionResponse;
}

const NOT_SYNCED =
  'kubectl-nvme: the profiles are not known yet, so the node is admitted without a startup taint; the enrol controller adds it if a profile matches';

/**
 * Decides about one AdmissionReview, without any effect: a new Node that a profile matches gets that profile's
 * taints, everything else is allowed as it is. `profiles` is undefined while they are not known.
 */
export function admit(
  request: AdmissionRequest,
  profiles: Iterable<NVMeProfile> | undefined,
): AdmissionOutcome {
  const allow = (result: AdmissionResult, more: Partial<AdmissionResponse> = {}): AdmissionOutcome => ({
    result,
    response: { uid: request.uid, allowed: true, ...more },
  });
  if (!isNodeCreation(request)) return allow('not-for-us');
  const node = admittedNode(request.object);
  const hands = handsOff(node);
  if (hands !== undefined) return allow(hands);
  if (profiles === undefined) return allow('not-synced', { warnings: [NOT_SYNCED] });
  const match = profileFor(node, profiles);
  if (match === undefined) return allow('no-profile');
  const missing = missingTaints(node, match.spec.taints);
  if (missing.length === 0) return allow('already-tainted');
  const patch = Buffer.from(JSON.stringify(birthPatch(request.object, missing))).toString('base64');
  return allow('tainted', { patchType: 'JSONPatch', patch });
}

const isNodeCreation = ({ operation, group, resource, subResource, object }: AdmissionRequest): boolean =>
  operation === 'CREATE' && group === '' && resource === 'nodes' && subResource === '' && isRecord(object);
