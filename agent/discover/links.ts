import type { Host } from '../host/host.ts';
import { isAbsent, orAbsent } from './reads.ts';

const BY_ID = '/dev/disk/by-id';

/** Names under /dev/disk/by-id and the kernel paths they mean; empty where udev made none. */
export async function readLinks(host: Host): Promise<Record<string, string>> {
  const names = await orAbsent(host.readDirectory(BY_ID), []);
  const entries = await Promise.all(names.map(async (name) => [name, await target(host, name)] as const));
  return Object.fromEntries(
    entries.filter((entry): entry is readonly [string, string] => entry[1] !== undefined),
  );
}

/** A link may vanish, or point nowhere, while a drive goes. */
async function target(host: Host, name: string): Promise<string | undefined> {
  try {
    return await host.realPath(`${BY_ID}/${name}`);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
