import { hash } from '../inventory/fingerprint.ts';
import type { Inventory } from '../inventory/inventory.ts';
import type { PlanRequest } from './plan.ts';

/** Hexadecimal digits of a plan ID: short enough to be typed. */
const DIGITS = 16;

/**
 * Hash of everything a plan was made from: the node and its boot, the fingerprint of every drive, the names and phases
 * of PersistentVolumes, and what was asked for. A person's approval counts only while it is the same.
 */
export function planId(inventory: Inventory, { spec, nodeUID }: PlanRequest): string {
  const { bootID, provider, drives, volumes, begun, standDown } = inventory;
  const fingerprints = drives.map(({ path, fingerprint }) => [path, fingerprint]);
  const named = volumes.map(({ name, phase }) => [name, phase]);
  const asked = [provider, spec.layout, spec.drives, spec.existingData];
  const seen = [sorted(fingerprints), sorted(named), sorted(begun), standDown ?? null];
  return hash(['setup', nodeUID, bootID, asked, seen]).slice(0, DIGITS);
}

const sorted = <T>(items: readonly T[]): T[] =>
  [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
