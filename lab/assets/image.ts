import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appEntries } from './app-layer.ts';
import type { AssetContext } from './context.ts';
import { bytesSha256, digestOf } from './digest.ts';
import { compressedLayer, plainLayer } from './layer.ts';
import { listEntries } from './list.ts';
import { ociArchive, type ImageAsset, type ImageConfig, type Layer } from './oci.ts';
import { debianSuite, debianTree, unreadPaths } from './rootfs.ts';
import { pruneKind } from './store.ts';
import { parentEntries, tarBytes, writeTar, type TarEntry } from './tar.ts';

export type { ImageAsset } from './oci.ts';

/** Where `npm run build` has put the programs, and the checkout that has Node and the list of packages. */
export interface ProjectImageOptions {
  distDir: string;
  repoDir: string;
}

const imageName = 'kubectl-nvme.dev/kubectl-nvme';

/** As many as there are node disks kept, and a few that are just being made. */
const imagesKept = 6;

const config: ImageConfig = {
  env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  entrypoint: ['/usr/local/bin/nvme-agent'],
};

/**
 * The project's image, as `manifests/image/Dockerfile` describes it: Debian with the drive tools, Node, and
 * the built agent and webhook. Only the last layer changes with the code.
 */
export async function projectImage(ctx: AssetContext, options: ProjectImageOptions): Promise<ImageAsset> {
  const lower = await lowerLayers(ctx, options.repoDir);
  const base = await projectBaseImage(ctx, options.repoDir);
  const app = await appLayer(ctx, options.distDir);
  const image = await ociArchive(ctx, imageName, [...lower, app], config);
  for (const kind of ['layers/app', 'images/kubectl-nvme']) await pruneKind(ctx, kind, imagesKept);
  return { ...image, base };
}

/** The lower layers' image alone, to be made before there is anything built. */
export async function projectBaseImage(ctx: AssetContext, repoDir: string): Promise<ImageAsset> {
  return await ociArchive(ctx, `${imageName}-base`, await lowerLayers(ctx, repoDir), config, 'lab');
}

async function lowerLayers(ctx: AssetContext, repoDir: string): Promise<readonly Layer[]> {
  return [await debianLayer(ctx, repoDir), await nodeLayer(ctx, repoDir)];
}

async function debianLayer(ctx: AssetContext, repoDir: string): Promise<Layer> {
  const list = await readFile(join(repoDir, 'manifests', 'image', 'packages.txt'), 'utf8');
  const packages = listEntries(list);
  const id = `${debianSuite}-${digestOf({ packages, unreadPaths, recipe: 1 })}`;
  return await compressedLayer(ctx, 'debian', id, (path) =>
    debianTree(ctx, 'image base layer', packages, path),
  );
}

async function appLayer(ctx: AssetContext, distDir: string): Promise<Layer> {
  const chunks: Buffer[] = [];
  for await (const chunk of tarBytes(await appEntries(distDir))) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return await plainLayer(ctx, 'app', bytesSha256(bytes).slice(0, 12), (path) => writeFile(path, bytes));
}

async function nodeLayer(ctx: AssetContext, repoDir: string): Promise<Layer> {
  const source = join(repoDir, 'node_modules', 'node', 'bin', 'node');
  const manifest = await readFile(join(repoDir, 'node_modules', 'node', 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const { size } = await stat(source);
  const link = 'usr/local/lib/node_modules/node/bin/node';
  const entries: TarEntry[] = [
    ...parentEntries('usr/local/bin/node'),
    { path: 'usr/local/bin/node', kind: 'file', mode: 0o755, source, size },
    ...parentEntries(link),
    // Where the launchers look first, so that they need not ask Node for its version.
    { path: link, kind: 'link', target: '/usr/local/bin/node' },
  ];
  return await compressedLayer(ctx, 'node', `${version}-${size}`, (path) => writeTar(path, entries));
}
