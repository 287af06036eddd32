import { hash } from '../inventory/fingerprint.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { PlanRequest } from './request.ts';

/** Hexadecimal digits of a plan ID: short enough to be typed. */
const DIGITS = 16;

/**
 * Hash of everything a set-up plan was made from: the node and its boot, the fingerprint of every drive, the names and phases
 * of PersistentVolumes, and what was asked for. A person's approval counts only while it is the same.
 */
export function planId(inventory: Inventory, { spec, nodeUID, capacity = {} }: PlanRequest): string {
  const pages = spec.layout.type === 'SPDK' ? [...pagesOf(inventory), countedBy(capacity)] : [];
  const asked: unknown[] = [inventory.provider, spec.layout, spec.drives, spec.existingData, ...pages];
  if (spec.layout.type === 'Swap') asked.push(swapFacts(inventory));
  return hash(['setup', nodeUID, inventory.bootID, asked, seen(inventory)]).slice(0, DIGITS);
}

/** The same of a reset plan: it asks for nothing, and takes back what the kubelet was told. */
export function resetPlanId(inventory: Inventory, nodeUID: string): string {
  const asked = ['reset', nodeUID, inventory.bootID, inventory.provider, seen(inventory)];
  const { kubeletChange, otherSwap } = inventory;
  if (kubeletChange !== undefined) asked.push([kubeletChange, otherSwap]);
  return hash(asked).slice(0, DIGITS);
}

function seen(inventory: Inventory): unknown[] {
  const { drives, volumes, begun, standDown, spdk } = inventory;
  const fingerprints = drives.map(({ path, fingerprint }) => [path, fingerprint]);
  const named = volumes.map(({ name, phase }) => [name, phase]);
  const handed = spdk.hugepages.length > 0 ? [spdk, pagesOf(inventory)] : [spdk];
  return [sorted(fingerprints), sorted(named), sorted(begun), standDown ?? null, ...handed];
}

/** Of interest only where we add to them; how many are free changes all the time, and decides nothing. */
const pagesOf = ({ hugepages }: Inventory): unknown[] =>
  hugepages.map(({ numaNode, size, total }) => [numaNode, size, total]);

/** What the kubelet has counted: it may have to count anew. */
const countedBy = (capacity: NonNullable<PlanRequest['capacity']>): unknown[] =>
  Object.entries(capacity)
    .filter(([resource]) => resource.startsWith('hugepages-'))
    .map(([resource, quantity]) => `${resource}=${quantity}`)
    .sort();

/** What the Swap layout is planned from beside the drives. */
const swapFacts = ({ kubelet, kubeletChange, sysctls, swapAreas }: Inventory): unknown[] => [
  kubelet ?? null,
  kubeletChange ?? null,
  sorted(Object.entries(sysctls ?? {})),
  sorted(swapAreas),
];

const sorted = <T>(items: readonly T[]): T[] =>
  [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
