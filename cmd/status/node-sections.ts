import type { CoreEvent } from '../../kube/resources.ts';
import { age } from '../print/age.ts';
import { facts, section } from '../print/sections.ts';
import { NONE, orNone } from '../print/table.ts';
import { layoutText, sizeText } from '../../api/summary.ts';
import { statusText } from './columns.ts';
import type { NodeStorage, VolumeSummary } from './node-storage.ts';

/** What a node is and how it stands. */
export function nodeFacts(node: NodeStorage, more: readonly (readonly [string, string])[] = []): string[] {
  return facts([
    ['Node', node.metadata.name],
    ['Status', statusText(node)],
    ['Problem', node.problem?.message ?? NONE],
    ['Layout', node.layout ? layoutText(node.layout) : NONE],
    ['Profile', node.profile ?? NONE],
    ['Taints', node.taints.map(({ key, effect }) => `${key}:${effect}`).join(', ') || NONE],
    ...more,
  ]);
}

/** Every drive with its role, state and reason. */
export function driveSection({ drives }: NodeStorage): string[] {
  const rows = drives.map(({ path, model, size, numaNode, role, state, reason }) => [
    path,
    orNone(model),
    sizeText(size),
    numaNode === undefined ? NONE : String(numaNode),
    role,
    state,
    reason ?? NONE,
  ]);
  return section('Drives', ['PATH', 'MODEL', 'SIZE', 'NUMA', 'ROLE', 'STATE', 'REASON'], rows);
}

/** Volumes with their claims, and with the pods on them where those are known. */
export function volumeSection(
  { volumes }: NodeStorage,
  podsOf?: (volume: VolumeSummary) => string[],
): string[] {
  const headers = ['NAME', 'STATE', 'CAPACITY', 'CLAIM', ...(podsOf ? ['PODS'] : []), 'REASON'];
  const rows = volumes.map((volume) => [
    volume.name,
    volume.state,
    sizeText(volume.capacity),
    claimText(volume),
    ...(podsOf ? [podsOf(volume).join(',') || NONE] : []),
    volume.reason ?? NONE,
  ]);
  return section('Volumes', headers, rows);
}

/** `namespace/name` of the claim that a volume is bound to. */
export const claimText = ({ claim }: Pick<VolumeSummary, 'claim'>): string =>
  claim ? `${claim.namespace}/${claim.name}` : NONE;

/** The agent's conditions, with how long each has been as it is. */
export function conditionSection({ conditions }: NodeStorage, now: number): string[] {
  const rows = conditions.map(({ type, status, lastTransitionTime, reason, message }) => [
    type,
    status,
    age(lastTransitionTime, now),
    reason,
    message,
  ]);
  return section('Conditions', ['TYPE', 'STATUS', 'AGE', 'REASON', 'MESSAGE'], rows);
}

/** As many events as readers look at; older ones are in `kubectl get events`. */
const EVENTS = 10;

/** The last events about a node, the newest last. */
export function eventSection(events: readonly CoreEvent[], now: number): string[] {
  const rows = events
    .slice(-EVENTS)
    .map(({ type, reason, lastTimestamp, source, reportingComponent, message }) => [
      type,
      reason,
      age(lastTimestamp, now),
      source?.component ?? reportingComponent ?? NONE,
      message,
    ]);
  return section('Events', ['TYPE', 'REASON', 'AGE', 'FROM', 'MESSAGE'], rows);
}
