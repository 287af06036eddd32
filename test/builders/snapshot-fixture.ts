import { readdir, readFile } from 'node:fs/promises';
import type { Snapshot } from '../../api/snapshot.ts';
import { parseSnapshot } from '../../agent/inventory/parse-snapshot.ts';

const DIRECTORY = new URL('../fixtures/snapshots/', import.meta.url);

/** Names of the recorded and made machines, without `.json`. */
export async function fixtureNames(): Promise<string[]> {
  const files = await readdir(DIRECTORY);
  return files.map((file) => file.replace(/\.json$/, '')).sort();
}

/** The snapshot of a machine, and where it comes from. */
export async function fixture(name: string): Promise<{ snapshot: Snapshot; origin: unknown; text: string }> {
  const text = await readFile(new URL(`${name}.json`, DIRECTORY), 'utf8');
  const { origin } = JSON.parse(text) as { origin: unknown };
  return { snapshot: parseSnapshot(text), origin, text };
}
