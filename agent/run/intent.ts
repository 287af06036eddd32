import { effectiveSpec } from '../../api/defaults.ts';
import type { NodeRequest, NVMeNode } from '../../api/node.ts';
import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { Observation } from './observe.ts';

/** What the agent is to do in this round. */
export interface Intent {
  /** What the node should look like. */
  spec: NVMeProfileSpec;
  /** A profile, or overrides of the node's own, say so; else only what is there already is kept. */
  hasProfile: boolean;
  /** Whether blank drives may be set up now. */
  mayBegin: boolean;
  /** Nothing is missing but a person's request. */
  waitingForRequest: boolean;
  /** A request that was not looked at before. */
  request?: NodeRequest;
  /** A reset that was accepted and is not done. */
  reset?: NodeRequest;
  /** A set-up that was accepted and is not done. */
  ordered?: NodeRequest;
}

/**
 * Reads the intent from the objects. Manual set-up begins with a request and goes on after a crash: progress of that
 * request that was never cleared says that a person's order is unfinished.
 */
export function intentOf({ nvme, profile, pause }: Observation): Intent {
  const { overrides } = nvme.spec ?? {};
  const { fresh, open } = requestOf(nvme);
  const hasProfile = profile !== undefined || overrides?.layout !== undefined;
  const spec = effectiveSpec(profile?.spec, overrides);
  const ordered = (fresh ?? open)?.type === 'setup';
  const automatic = spec.setup === 'Automatic' && profile !== undefined;
  const mayBegin = hasProfile && pause === undefined && (automatic || ordered);
  return {
    spec,
    hasProfile,
    mayBegin,
    waitingForRequest: hasProfile && !automatic && !ordered,
    ...(fresh === undefined ? {} : { request: fresh }),
    ...(open?.type === 'reset' ? { reset: open } : {}),
    ...(open?.type === 'setup' ? { ordered: open } : {}),
  };
}

/** The last request: not looked at before, or accepted and not done; neither once it was carried out or refused. */
function requestOf({ spec, status }: NVMeNode): { fresh?: NodeRequest; open?: NodeRequest } {
  const request = spec?.request;
  if (request === undefined) return {};
  if (request.id !== status?.observedRequestID) return { fresh: request };
  return status.progress?.requestID === request.id ? { open: request } : {};
}

/** The request that was accepted and is not done: the progress is its own, not that of what the agent does by itself. */
export const openRequest = (nvme: NVMeNode): NodeRequest | undefined => requestOf(nvme).open;

/**
 * The spec that steps are planned for. While nothing may begin every blank drive is left alone: what is ours already is
 * still assembled, mounted and kept.
 */
export function wantedSpec({ spec, mayBegin }: Pick<Intent, 'spec' | 'mayBegin'>): NVMeProfileSpec {
  return mayBegin ? spec : { ...spec, drives: { ...spec.drives, exclude: ['*'] } };
}
