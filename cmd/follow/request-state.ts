import type { NVMeNode } from '../../api/node.ts';
import { CONDITION_REASONS, CONDITIONS } from '../../api/reasons.ts';
import { conditionOf } from '../status/phase.ts';
import { stopped, type Followed, type Outcome } from './outcome.ts';

/**
 * What holds for every kind of request before its own work is looked at: gone, replaced, not seen yet, or refused.
 * Undefined when the agent has taken it.
 */
export function requestState(nvmeNode: NVMeNode | undefined, followed: Followed): Outcome | undefined {
  if (nvmeNode === undefined) return stopped('NodeGone', 'the NVMeNode is gone, and the request with it');
  const wanted = nvmeNode.spec?.request?.id;
  if (followed.requestID !== undefined && wanted !== followed.requestID) {
    return stopped('Superseded', `another request took its place (${wanted ?? 'none'})`);
  }
  const observed = nvmeNode.status?.observedRequestID === followed.requestID;
  if (!observed) return { kind: 'waiting', message: 'waiting for the agent on the node' };
  return refusal(nvmeNode, followed.requestID);
}

/** The agent's words begin with the request that they are about, so that an earlier refusal is not taken for this one. */
function refusal(nvmeNode: NVMeNode, requestID: string | undefined): Outcome | undefined {
  const refused = conditionOf(nvmeNode, CONDITIONS.Refused);
  if (requestID === undefined || refused?.reason !== CONDITION_REASONS.RequestRefused) return undefined;
  if (!refused.message.startsWith(`request ${requestID} `)) return undefined;
  return stopped(refused.reason, refused.message);
}
