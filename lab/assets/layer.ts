import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import type { AssetContext } from './context.ts';
import { fileSha256 } from './digest.ts';
import type { Layer } from './oci.ts';
import { cachedAsset } from './store.ts';

/** Makes a layer's tar archive at `path`; `scratch` is a folder it may use and leaves as it was. */
export type LayerWriter = (path: string, scratch: string) => Promise<void>;

/** The layer of that name and id, written when the cache does not have it; for small layers that change often. */
export async function plainLayer(
  ctx: AssetContext,
  name: string,
  id: string,
  write: LayerWriter,
): Promise<Layer> {
  const dir = await cachedAsset(ctx, {
    kind: join('layers', name),
    id,
    build: async (into) => {
      const path = join(into, 'layer.tar');
      await write(path, into);
      const sha256 = await fileSha256(path);
      await describe(into, { file: 'layer.tar', sha256, diffId: sha256 });
    },
  });
  return await described(dir);
}

/** As `plainLayer`, compressed once: what is copied into every node disk is a third of its size. */
export async function compressedLayer(
  ctx: AssetContext,
  name: string,
  id: string,
  write: LayerWriter,
): Promise<Layer> {
  const dir = await cachedAsset(ctx, {
    kind: join('layers', name),
    id: `${id}-zstd`,
    build: async (into) => {
      const tar = join(into, 'layer.tar');
      const file = 'layer.tar.zst';
      await write(tar, into);
      const compressed = createWriteStream(join(into, file));
      await pipeline(createReadStream(tar), createZstdCompress(), compressed, { signal: ctx.signal });
      await describe(into, {
        file,
        sha256: await fileSha256(join(into, file)),
        diffId: await fileSha256(tar),
      });
      await rm(tar);
    },
  });
  return await described(dir);
}

interface Description {
  file: string;
  sha256: string;
  diffId: string;
}

async function describe(dir: string, description: Description): Promise<void> {
  await writeFile(join(dir, 'layer.json'), JSON.stringify(description));
}

async function described(dir: string): Promise<Layer> {
  const text = await readFile(join(dir, 'layer.json'), 'utf8');
  const { file, sha256, diffId } = JSON.parse(text) as Description;
  const path = join(dir, file);
  return { path, size: (await stat(path)).size, sha256, diffId };
}
