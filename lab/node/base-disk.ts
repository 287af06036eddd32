import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { projectImage, type ImageAsset } from '../assets/image.ts';
import { nodeBaseDisk, type NodeDisk } from '../assets/node-disk.ts';
import { busyImage, pauseImage } from '../assets/small-images.ts';
import type { LabContext } from '../context.ts';
import type { NodeOptions } from '../options.ts';

const repoDir = join(import.meta.dirname, '..', '..');

/** The disk that a new machine's root is an overlay of, with the images that its containerd has from the start. */
export async function baseDisk(ctx: LabContext, images: NodeOptions['images']): Promise<NodeDisk> {
  return await nodeBaseDisk(ctx, {
    images: [await pauseImage(ctx), await busyImage(ctx), ...(await projectImages(ctx, images))],
    guestDir: join(import.meta.dirname, 'guest'),
  });
}

async function projectImages(ctx: LabContext, images: NodeOptions['images']): Promise<readonly ImageAsset[]> {
  if (images === 'none') return [];
  const distDir = join(repoDir, 'dist');
  if (!existsSync(join(distDir, 'nvme-agent'))) {
    ctx.progress('the nodes get no image of this project, as it is not built: `npm run build` makes it');
    return [];
  }
  return [await projectImage(ctx, { distDir, repoDir })];
}
