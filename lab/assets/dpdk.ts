import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssetContext } from './context.ts';
import { run } from './run.ts';
import { debianSuite, debianTree } from './rootfs.ts';
import { cachedAsset } from './store.ts';

const PROGRAM = '/usr/bin/dpdk-testpmd';

/** What it loads by name: rings for its pools of packet buffers, and what a thread needs for its end. */
const PLUGINS =
  'usr/lib/x86_64-linux-gnu/dpdk/pmds-*/librte_mempool_ring.so* lib/x86_64-linux-gnu/libgcc_s.so.1';

/**
 * A tar with Debian's dpdk-testpmd and the libraries that it needs, to be run with `chroot`: a real consumer of hugepages,
 * which SPDK's own programs, packaged by nobody, would be.
 */
export async function dpdkTar(ctx: AssetContext): Promise<string> {
  const dir = await cachedAsset(ctx, {
    kind: 'dpdk',
    id: `${debianSuite}-2`,
    build: (into) => build(ctx, into),
  });
  return join(dir, 'dpdk.tar');
}

async function build(ctx: AssetContext, into: string): Promise<void> {
  const tree = join(into, 'tree');
  await debianTree(ctx, 'dpdk', ['dpdk-dev'], tree);
  const linked = await run(ctx, 'chroot', [tree, 'ldd', PROGRAM]);
  const libraries = [...linked.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = '']) => path);
  const files = [PROGRAM, ...new Set(libraries)].map((path) => path.slice(1));
  // Without links, which would lead out of the few files that are taken.
  const script = `cd "$1" && shift && tar --dereference -cf ../dpdk.tar "$@" ${PLUGINS}`;
  await run(ctx, 'sh', ['-c', script, 'tar', tree, ...files]);
  await rm(tree, { recursive: true });
}
