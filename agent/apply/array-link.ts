import { basename } from 'node:path';
import { orAbsent } from '../discover/reads.ts';
import type { Host } from '../host/host.ts';
import { arrayUuidAt } from './own-array.ts';
import { RefusedError } from './refused-error.ts';

const FOLDER = '/dev/md';

type Links = Pick<Host, 'readFile' | 'makeDirectory' | 'run' | 'exists'>;

/** Whether the path leads to the running array with that UUID, and not to another that has got its number. */
export async function leadsToArray(host: Links, path: string, uuid: string): Promise<boolean> {
  return (await host.exists(path)) && (await knownUuid(host, path)) === uuid;
}

/**
 * Makes the link to a running array where neither mdadm nor udev has: mdadm leaves a link alone that leads elsewhere, the
 * host's udev does not know the name of an array that was made in a container (map_by_uuid in mdadm's Detail.c), and
 * some hosts have no rule for arrays at all. Nothing is made where no such array runs.
 */
export async function linkArray(host: Links, path: string, uuid: string): Promise<void> {
  const mdstat = await orAbsent(host.readFile('/proc/mdstat'), '');
  for (const [, name = ''] of mdstat.matchAll(/^(md\S+) : /gm)) {
    if ((await knownUuid(host, `/dev/${name}`)) !== uuid) continue;
    await host.makeDirectory(FOLDER);
    // Nothing is at the path but perhaps a link to an array that is gone.
    await host.run(['ln', '--symbolic', '--force', '--no-dereference', `../${name}`, path], { writes: true });
    return;
  }
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
