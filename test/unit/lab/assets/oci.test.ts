import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compressedLayer, plainLayer } from '../../../../lab/assets/layer.ts';
import { ociArchive, type ImageAsset } from '../../../../lab/assets/oci.ts';
import { writeTar, type TarEntry } from '../../../../lab/assets/tar.ts';
import { assetContext } from '../../../builders/asset-context.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

const file = (path: string, text: string): TarEntry => ({ path, kind: 'file', content: Buffer.from(text) });

/** An image of one compressed and one plain layer, made in a cache of its own. */
async function image(text: string, tag?: string): Promise<ImageAsset> {
  const ctx = assetContext(temporaryFolder());
  const lower = await compressedLayer(ctx, 'lower', 'x', (path) =>
    writeTar(path, [file('lower', 'x'.repeat(9999))]),
  );
  const upper = await plainLayer(ctx, 'upper', 'x', (path) => writeTar(path, [file('upper', text)]));
  const config = { env: [], entrypoint: ['/upper'] };
  return await ociArchive(ctx, 'kubectl-nvme.dev/thing', [lower, upper], config, tag);
}

function untar(asset: ImageAsset): (path: string) => Buffer {
  const dir = join(asset.tar, '..');
  execFileSync('tar', ['-xf', asset.tar, '-C', dir]);
  return (path) => readFileSync(join(dir, path));
}

describe('an image archive', () => {
  it('has a digest, a name and bytes that depend on the content alone', async () => {
    const [first, second, other] = [await image('one'), await image('one'), await image('two')];
    expect(second.digest).toBe(first.digest);
    expect(second.ref).toBe(first.ref);
    expect(readFileSync(second.tar)).toEqual(readFileSync(first.tar));
    expect(other.digest).not.toBe(first.digest);
    expect(other.ref).not.toBe(first.ref);
  });

  it('is named by its digest, or by the tag it is given', async () => {
    const asset = await image('one');
    expect(asset.ref).toBe(
      `kubectl-nvme.dev/thing:${asset.digest.slice('sha256:'.length, 'sha256:'.length + 12)}`,
    );
    expect((await image('one', 'lab')).ref).toBe('kubectl-nvme.dev/thing:lab');
  });

  it('leads from the name over manifest and config to every layer', async () => {
    const asset = await image('one');
    const read = untar(asset);
    const blob = (digest: string): Buffer => read(`blobs/${digest.replace(':', '/')}`);
    const index = JSON.parse(read('index.json').toString()) as {
      manifests: { digest: string; annotations: Record<string, string> }[];
    };
    expect(
      index.manifests.map(({ digest, annotations }) => [digest, annotations['io.containerd.image.name']]),
    ).toEqual([[asset.digest, asset.ref]]);
    const manifest = JSON.parse(blob(asset.digest).toString()) as {
      config: { digest: string };
      layers: { digest: string; size: number; mediaType: string }[];
    };
    expect(manifest.layers.map(({ digest }) => blob(digest).length)).toEqual(
      manifest.layers.map(({ size }) => size),
    );
    expect(manifest.layers.map(({ mediaType }) => mediaType.split('.').at(-1))).toEqual(['tar+zstd', 'tar']);
    expect(JSON.parse(blob(manifest.config.digest).toString())).toMatchObject({
      config: { Entrypoint: ['/upper'] },
    });
  });
});
