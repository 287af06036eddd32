import type { KubeApi } from '../../kube/api.ts';
import { ApiError } from '../../kube/errors.ts';
import { selfSubjectReviews } from '../../kube/resources.ts';

/** The name under which the API server knows the caller; `unknown` where it does not tell (before 1.28). */
export async function whoAmI(kube: KubeApi): Promise<string> {
  try {
    const review = await kube.create(selfSubjectReviews, {});
    return review.status?.userInfo?.username ?? 'unknown';
  } catch (error) {
    if (error instanceof ApiError) return 'unknown';
    throw error;
  }
}
