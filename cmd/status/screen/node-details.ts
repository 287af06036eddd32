import { age } from '../../print/age.ts';
import { alignRows, NONE } from '../../print/table.ts';
import { layoutText, sizeText, statusText } from '../columns.ts';
import type { NodeStorage } from '../node-storage.ts';

/** Everything about one node in lines: drives with their reasons, volumes with their claims, conditions. */
export function nodeDetails(node: NodeStorage, now: number): string[] {
  return [
    ...facts(node),
    '',
    ...section('Drives', ['PATH', 'MODEL', 'SIZE', 'ROLE', 'STATE', 'REASON'], driveRows(node)),
    '',
    ...section('Volumes', ['NAME', 'STATE', 'CAPACITY', 'CLAIM'], volumeRows(node)),
    '',
    ...section('Conditions', ['TYPE', 'STATUS', 'AGE', 'REASON', 'MESSAGE'], conditionRows(node, now)),
  ];
}

function facts(node: NodeStorage): string[] {
  return alignRows([
    ['Node:', node.metadata.name],
    ['Status:', statusText(node)],
    ['Problem:', node.problem?.message ?? NONE],
    ['Layout:', node.layout ? layoutText(node.layout) : NONE],
    ['Profile:', node.profile ?? NONE],
    ['Taints:', node.taints.map(({ key, effect }) => `${key}:${effect}`).join(', ') || NONE],
  ]);
}

function section(title: string, headers: string[], rows: string[][]): string[] {
  if (rows.length === 0) return [`${title}: ${NONE}`];
  return [`${title}:`, ...alignRows([headers, ...rows]).map((line) => `  ${line}`)];
}

const driveRows = ({ drives }: NodeStorage): string[][] =>
  drives.map(({ path, model, size, role, state, reason }) => [
    path,
    model?.trim() ?? NONE,
    sizeText(size),
    role,
    state,
    reason ?? NONE,
  ]);

const volumeRows = ({ volumes }: NodeStorage): string[][] =>
  volumes.map(({ name, state, capacity, claim }) => [
    name,
    state,
    sizeText(capacity),
    claim ? `${claim.namespace}/${claim.name}` : NONE,
  ]);

const conditionRows = ({ conditions }: NodeStorage, now: number): string[][] =>
  conditions.map(({ type, status, lastTransitionTime, reason, message }) => [
    type,
    status,
    age(lastTransitionTime, now),
    reason,
    message,
  ]);
