import { basename } from 'node:path';
import { orAbsent } from '../discover/reads.ts';
import type { Host } from '../host/host.ts';
import { arrayUuidAt } from './own-array.ts';
import { RefusedError } from './refused-error.ts';

const FOLDER = '/dev/md';

/**
 * Makes the link to a running array that udev has not made. It asks the host's mdadm for the array's name, which does
 * not know of one that was made in a container with a /run/mdadm of its own, where the host has a map of arrays already
 * (map_by_uuid in mdadm's Detail.c); and some hosts have no rule for arrays at all. False when no such array runs.
 */
export async function linkArray(
  host: Pick<Host, 'readFile' | 'makeDirectory' | 'run'>,
  path: string,
  uuid: string,
): Promise<boolean> {
  const mdstat = await orAbsent(host.readFile('/proc/mdstat'), '');
  for (const [, name = ''] of mdstat.matchAll(/^(md\S+) : /gm)) {
    if ((await knownUuid(host, `/dev/${name}`)) !== uuid) continue;
    await host.makeDirectory(FOLDER);
    // Nothing is at the path but perhaps a link to an array that is gone.
    await host.run(['ln', '--symbolic', '--force', '--no-dereference', `../${name}`, path], { writes: true });
    return true;
  }
  return false;
}

/** None for an array that mdadm cannot tell, such as one that somebody stops just now. */
async function knownUuid(host: Pick<Host, 'run'>, path: string): Promise<string | undefined> {
  try {
    return await arrayUuidAt(host, path);
  } catch (error) {
    if (error instanceof RefusedError) return undefined;
    throw error;
  }
}

/** Removes the links to an array that is gone: udev removes those that it has made, and a later array may get the number. */
export async function dropLinks(
  host: Pick<Host, 'readDirectory' | 'exists' | 'run'>,
  device: string,
): Promise<void> {
  for (const name of await orAbsent(host.readDirectory(FOLDER), [])) {
    const path = `${FOLDER}/${name}`;
    if (await host.exists(path)) continue;
    const { stdout } = await host.run(['readlink', path], { okCodes: [0, 1] });
    if (basename(stdout.trim()) === basename(device))
      await host.run(['rm', '--force', path], { writes: true });
  }
}
