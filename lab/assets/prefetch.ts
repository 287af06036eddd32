import { type BinaryName, binaryRecipes, resolveBinaries } from './binaries.ts';
import type { AssetContext } from './context.ts';
import { ensureHostPackages } from './debian.ts';
import { projectBaseImage } from './image.ts';
import { kernelAsset } from './kernel.ts';
import { rootfsTree } from './rootfs.ts';
import { busyImage } from './small-images.ts';

/** The programs a control plane is made of, and the client that users call. */
export const controlPlanePrograms = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kubectl',
] as const satisfies readonly BinaryName[];

/**
 * Fills the cache with all that does not depend on the code: what the network gives is fetched while Go
 * compiles. A later `nodeBaseDisk` then only has to put the parts together.
 */
export async function prefetchAll(ctx: AssetContext, options: { repoDir: string }): Promise<void> {
  await ensureHostPackages(ctx);
  const everything = Object.keys(binaryRecipes).filter((name) => name !== 'kwok') as BinaryName[];
  const fetched = async (): Promise<void> => {
    await rootfsTree(ctx);
    await projectBaseImage(ctx, options.repoDir);
    await kernelAsset(ctx);
    await busyImage(ctx);
  };
  const [built, rest] = await Promise.allSettled([resolveBinaries(ctx, everything), fetched()]);
  if (built.status === 'rejected') throw built.reason;
  if (rest.status === 'rejected') throw rest.reason;
}
