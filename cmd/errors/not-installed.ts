import { API_VERSION } from '../../api/group.ts';

/** The cluster does not serve our kinds: nobody installed kubectl-nvme there. */
export class NotInstalled extends Error {
  override readonly name = 'NotInstalled';
  constructor(kind: string, cause: unknown) {
    super(`the server doesn't have the kind ${kind} (${API_VERSION}): kubectl-nvme is not installed there`, {
      cause,
    });
  }
}
