import { createReadStream } from 'node:fs';
import { open, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** One thing in a tar archive, owned by root and dated 1970, so that the bytes depend on the content alone. */
export type TarEntry =
  | { path: string; kind: 'dir'; mode?: number }
  | { path: string; kind: 'link'; target: string }
  | { path: string; kind: 'file'; mode?: number; content: Buffer }
  | { path: string; kind: 'file'; mode?: number; source: string; size: number };

const BLOCK = 512;

/** Yields the bytes of an uncompressed ustar archive: entries sorted by path, the last of those with the same path. */
export async function* tarBytes(entries: readonly TarEntry[]): AsyncGenerator<Buffer> {
  const unique = new Map(entries.map((entry) => [entry.path, entry]));
  const sorted = [...unique.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const entry of sorted) {
    const size = contentSize(entry);
    yield tarHeader(entry, size);
    if (entry.kind !== 'file') continue;
    if ('content' in entry) yield entry.content;
    else yield* createReadStream(entry.source, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>;
    yield Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** Writes an archive to a file, which must not exist yet. */
export async function writeTar(target: string, entries: readonly TarEntry[]): Promise<void> {
  const file = await open(target, 'wx');
  try {
    for await (const chunk of tarBytes(entries)) await file.write(chunk);
  } finally {
    await file.close();
  }
}

function contentSize(entry: TarEntry): number {
  if (entry.kind !== 'file') return 0;
  return 'content' in entry ? entry.content.length : entry.size;
}

const typeFlag = { file: '0', link: '2', dir: '5' } as const;

function tarHeader(entry: TarEntry, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const { name, prefix } = splitPath(entry.kind === 'dir' ? `${entry.path}/` : entry.path);
  header.write(name, 0, 100);
  header.write(octal(modeOf(entry), 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(size, 11), 124);
  header.write(octal(0, 11), 136);
  header.write(' '.repeat(8), 148);
  header.write(typeFlag[entry.kind], 156);
  if (entry.kind === 'link') header.write(fitting(entry.target, 100), 157);
  header.write('ustar\u000000', 257);
  header.write(prefix, 345, 155);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148);
  return header;
}

function modeOf(entry: TarEntry): number {
  if (entry.kind === 'link') return 0o777;
  return entry.mode ?? (entry.kind === 'dir' ? 0o755 : 0o644);
}

function octal(value: number, digits: number): string {
  return `${value.toString(8).padStart(digits, '0')}\u0000`;
}

/** Ustar keeps 100 bytes of name and 155 of the folders before it. */
function splitPath(path: string): { name: string; prefix: string } {
  if (Buffer.byteLength(path) <= 100) return { name: path, prefix: '' };
  const at = path.indexOf('/', path.length - 101);
  if (at === -1 || at === path.length - 1) throw new Error(`path too long for a tar archive: ${path}`);
  return { name: path.slice(at + 1), prefix: fitting(path.slice(0, at), 155) };
}

function fitting(text: string, bytes: number): string {
  if (Buffer.byteLength(text) > bytes) throw new Error(`too long for a tar archive: ${text}`);
  return text;
}

/** The entries of a folder on disk, below `prefix` in the archive, with the folders that lead there. */
export async function treeEntries(dir: string, prefix: string): Promise<TarEntry[]> {
  const found = await readdir(dir, { recursive: true, withFileTypes: true });
  const inside = found.map(async (each): Promise<TarEntry> => {
    const source = join(each.parentPath, each.name);
    const path = join(prefix, source.slice(dir.length + 1));
    if (each.isSymbolicLink()) return { path, kind: 'link', target: await readlink(source) };
    if (each.isDirectory()) return { path, kind: 'dir' };
    const { mode, size } = await stat(source);
    return { path, kind: 'file', mode: (mode & 0o100) === 0 ? 0o644 : 0o755, source, size };
  });
  return [...parentEntries(`${prefix}/x`), ...(await Promise.all(inside))];
}

/** The folders above a path, outermost first: `a/b/c` → `a`, `a/b`. */
export function parentEntries(path: string): TarEntry[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, index) => ({ path: parts.slice(0, index + 1).join('/'), kind: 'dir' as const }));
}
