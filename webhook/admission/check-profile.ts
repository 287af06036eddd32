import { isDeepStrictEqual } from 'node:util';
import { GROUP } from '../../api/group.ts';
import type { NVMeProfile } from '../../api/profile.ts';
import { profileProblems } from '../../api/validation/profile-problems.ts';
import { profileWarnings } from '../../api/validation/profile-warnings.ts';
import type { AdmissionOutcome } from './admit.ts';
import { isRecord } from './json.ts';
import type { AdmissionRequest } from './review.ts';

/**
 * Decides about an NVMeProfile that is created or changed, without any effect: an impossible one is denied with every
 * reason, one that may surprise is allowed with warnings. An update that leaves the spec as it is passes, so that an
 * old profile can still be annotated. The schema has been checked by the API server before.
 */
export function checkProfile(
  request: AdmissionRequest,
  profiles: Iterable<NVMeProfile> | undefined,
): AdmissionOutcome {
  const { uid, object, oldObject } = request;
  const allowed = { uid, allowed: true };
  if (!isProfileWrite(request)) return { result: 'not-for-us', response: allowed };
  const profile = object as NVMeProfile;
  if (isRecord(oldObject) && isDeepStrictEqual(oldObject.spec, profile.spec)) {
    return { result: 'profile-valid', response: allowed };
  }
  const problems = profileProblems(profile.spec ?? {});
  if (problems.length > 0) {
    const message = problems.map(({ field, message: text }) => `${field}: ${text}`).join('; ');
    const status = { code: 422, reason: 'Invalid', message };
    return { result: 'profile-impossible', response: { uid, allowed: false, status } };
  }
  const warnings = profileWarnings(profile, profiles ?? []);
  return {
    result: 'profile-valid',
    response: warnings.length === 0 ? allowed : { ...allowed, warnings },
  };
}

const isProfileWrite = ({ operation, group, resource, subResource, object }: AdmissionRequest): boolean =>
  (operation === 'CREATE' || operation === 'UPDATE') &&
  group === GROUP &&
  resource === 'nvmeprofiles' &&
  subResource === '' &&
  isRecord(object) &&
  isRecord(object.metadata);
