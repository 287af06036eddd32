import type { Host } from '../host/host.ts';
import { RefusedError } from './refused-error.ts';

/**
 * Whether our mapping is there over this drive. Rejects with RefusedError when something of its name is there and is
 * not that: a dm-crypt device that lies on the drive and on nothing else.
 */
export async function isOwnMapping(host: Host, path: string, device: string): Promise<boolean> {
  if (!(await host.exists(path))) return false;
  // Without NAME lsblk prints a list, in which nothing says what lies on what.
  const { stdout } = await host.run(['lsblk', '--json', '--inverse', '--output', 'NAME,PATH,TYPE', path]);
  const [mapping] = rowsOf(stdout);
  const below = mapping?.children ?? [];
  const drive = await host.realPath(device);
  if (mapping?.type === 'crypt' && below.length === 1 && below[0]?.path === drive) return true;
  const found = below.map((row) => row.path).join(', ');
  throw new RefusedError(
    path,
    `expected our encryption of ${drive}, got ${mapping?.type ?? 'nothing'} over ${found}`,
  );
}

interface Row {
  path: string;
  type: string;
  children?: Row[];
}

const rowsOf = (text: string): Row[] => (JSON.parse(text) as { blockdevices?: Row[] }).blockdevices ?? [];
