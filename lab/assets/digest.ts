import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A value that JSON keeps as it is; what cache keys are made of. */
export type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain };

/** A cache key, 12 hex digits: the same for the same value, whatever the order of its keys. */
export function digestOf(value: Plain): string {
  return createHash('sha256').update(canonical(value)).digest('hex').slice(0, 12);
}

function canonical(value: Plain): string {
  if (typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonical).join(',')}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

function isList(value: Plain): value is readonly Plain[] {
  return Array.isArray(value);
}

/** The SHA-256 of bytes in memory, in hex. */
export function bytesSha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The SHA-256 of a file, in hex. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Names, kinds, executable bits and content of a small tree, as a value for `digestOf`. */
export async function treeFacts(dir: string): Promise<Plain> {
  const facts: Record<string, Plain> = {};
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(dir.length + 1);
    if (entry.isSymbolicLink()) facts[name] = ['link', await readlink(path)];
    else if (entry.isDirectory()) facts[name] = 'dir';
    else
      facts[name] = [
        'file',
        ((await stat(path)).mode & 0o100) !== 0,
        (await readFile(path)).toString('base64'),
      ];
  }
  return facts;
}
