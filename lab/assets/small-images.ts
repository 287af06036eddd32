import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { binaryRecipes, resolveBinaries } from './binaries.ts';
import type { AssetContext } from './context.ts';
import { unpackPackage } from './apt.ts';
import { fileSha256 } from './digest.ts';
import { plainLayer } from './layer.ts';
import { ociArchive, type ImageAsset, type Layer } from './oci.ts';
import { run } from './run.ts';
import { parentEntries, writeTar, type TarEntry } from './tar.ts';

/** The sandbox image of the lab's containerd: one static program that waits. */
export async function pauseImage(ctx: AssetContext): Promise<ImageAsset> {
  const { pause } = await resolveBinaries(ctx, ['pause']);
  const { size } = await stat(pause);
  const entries: TarEntry[] = [{ path: 'pause', kind: 'file', mode: 0o755, source: pause, size }];
  const id = `${binaryRecipes.pause.version}-${(await fileSha256(pause)).slice(0, 12)}`;
  const layer = await plainLayer(ctx, 'pause', id, (path) => writeTar(path, entries));
  return await ociArchive(ctx, 'kubectl-nvme.dev/pause', [layer], { env: [], entrypoint: ['/pause'] }, 'lab');
}

/** A small image for the pods of tests and the demo: busybox, every applet under its own name in `/bin`. */
export async function busyImage(ctx: AssetContext): Promise<ImageAsset> {
  const config = { env: ['PATH=/bin'], entrypoint: [] };
  return await ociArchive(ctx, 'kubectl-nvme.dev/busybox', [await busyLayer(ctx)], config, 'lab');
}

async function busyLayer(ctx: AssetContext): Promise<Layer> {
  return await plainLayer(ctx, 'busybox', '1', async (path, scratch) => {
    const tree = join(scratch, 'tree');
    await unpackPackage(ctx, '^busybox-static$', (found) => found.split(' ', 1)[0], tree);
    await writeTar(path, await busyEntries(ctx, join(tree, 'bin', 'busybox')));
    await rm(tree, { recursive: true });
  });
}

async function busyEntries(ctx: AssetContext, busybox: string): Promise<readonly TarEntry[]> {
  const { size } = await stat(busybox);
  const applets = (await run(ctx, busybox, ['--list'])).split('\n').filter((name) => name !== '');
  return [
    ...parentEntries('bin/busybox'),
    { path: 'bin/busybox', kind: 'file', mode: 0o755, source: busybox, size },
    ...applets
      .filter((name) => name !== 'busybox')
      .map((name): TarEntry => ({ path: `bin/${name}`, kind: 'link', target: 'busybox' })),
    { path: 'tmp', kind: 'dir', mode: 0o1777 },
    { path: 'etc', kind: 'dir' },
    { path: 'etc/passwd', kind: 'file', content: Buffer.from('root:x:0:0:root:/:/bin/sh\n') },
    { path: 'etc/group', kind: 'file', content: Buffer.from('root:x:0:\n') },
  ];
}
