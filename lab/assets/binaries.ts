import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { BinaryRecipe } from './binary-recipe.ts';
import type { AssetContext } from './context.ts';
import { ensureHostPackages } from './debian.ts';
import { digestOf } from './digest.ts';
import { goBuild } from './go-build.ts';
import { cachedAsset } from './store.ts';

/** The Kubernetes release of the lab's control plane and kubelet. */
export const kubernetesVersion = 'v1.36.3';

const componentVersion = 'k8s.io/component-base/version';
const [kubernetesMajor, kubernetesMinor] = kubernetesVersion.slice(1).split('.');

function kubernetes(name: string): BinaryRecipe {
  return {
    module: 'kubernetes',
    package: `k8s.io/kubernetes/cmd/${name}`,
    version: kubernetesVersion,
    variables: {
      [`${componentVersion}.gitVersion`]: kubernetesVersion,
      [`${componentVersion}.gitMajor`]: String(kubernetesMajor),
      [`${componentVersion}.gitMinor`]: String(kubernetesMinor),
      [`${componentVersion}.gitTreeState`]: 'clean',
    },
  };
}

function containerd(name: string): BinaryRecipe {
  return {
    module: 'containerd',
    package: `github.com/containerd/containerd/v2/cmd/${name}`,
    version: 'v2.4.2',
    // The snapshotters that need headers or programs the lab's nodes do not have.
    tags: ['no_btrfs', 'no_zfs', 'no_aufs', 'no_devmapper'],
    variables: { 'github.com/containerd/containerd/v2/version.Version': 'v2.4.2' },
  };
}

function cni(kind: 'main' | 'ipam' | 'meta', name: string): BinaryRecipe {
  const version = 'v1.9.1';
  return {
    module: 'cni',
    package: `github.com/containernetworking/plugins/plugins/${kind}/${name}`,
    version,
  };
}

/** Every program the lab builds, in the order that lets a control plane start first. */
export const binaryRecipes = {
  etcd: { module: 'etcd', package: 'go.etcd.io/etcd/server/v3', version: 'v3.6.8' },
  'kube-apiserver': kubernetes('kube-apiserver'),
  'kube-controller-manager': kubernetes('kube-controller-manager'),
  'kube-scheduler': kubernetes('kube-scheduler'),
  kubectl: kubernetes('kubectl'),
  kubelet: kubernetes('kubelet'),
  containerd: containerd('containerd'),
  'containerd-shim-runc-v2': containerd('containerd-shim-runc-v2'),
  ctr: containerd('ctr'),
  // Without seccomp, runc refuses the profile that the kubelet gives every container.
  runc: {
    module: 'runc',
    package: 'github.com/opencontainers/runc',
    version: 'v1.5.2',
    tags: ['seccomp'],
    cgo: true,
  },
  kwok: {
    module: 'kwok',
    package: 'sigs.k8s.io/kwok/cmd/kwok',
    version: 'v0.8.0',
    variables: { 'sigs.k8s.io/kwok/pkg/consts.Version': 'v0.8.0' },
  },
  pause: { module: 'pause', package: 'kubectl-nvme.dev/lab/assets/pause', version: 'v1' },
  'lab-exec': { module: 'guest', package: 'kubectl-nvme.dev/lab/assets/guest', version: 'v1' },
  // The network of pods that have one of their own, inside one node.
  ptp: cni('main', 'ptp'),
  loopback: cni('main', 'loopback'),
  'host-local': cni('ipam', 'host-local'),
  portmap: cni('meta', 'portmap'),
} as const satisfies Record<string, BinaryRecipe>;

/** A program that `resolveBinaries` can find or build. */
export type BinaryName = keyof typeof binaryRecipes;

const goModules = join(import.meta.dirname, 'go');

/**
 * The absolute path of each named program: from `KUBEBUILDER_ASSETS` when that folder has it, else from the
 * cache, else built from its pinned module. Builds run one at a time, whichever process asked for them.
 */
export async function resolveBinaries<Name extends BinaryName>(
  ctx: AssetContext,
  names: readonly Name[],
): Promise<Record<Name, string>> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of names) found[name] = await resolveBinary(ctx, name);
  return found as Record<Name, string>;
}

async function resolveBinary(ctx: AssetContext, name: BinaryName): Promise<string> {
  const given = ctx.env.KUBEBUILDER_ASSETS;
  if (given !== undefined && given !== '' && existsSync(join(given, name))) return join(given, name);
  const recipe: BinaryRecipe = binaryRecipes[name];
  const id = `${name}-${recipe.version}-${await recipeDigest(recipe)}`;
  const dir = await cachedAsset(ctx, {
    kind: 'binaries',
    id,
    oneAtATime: true,
    build: async (into) => {
      if (recipe.cgo === true) await ensureHostPackages(ctx);
      await goBuild(ctx, recipe, join(goModules, recipe.module), join(into, name));
    },
  });
  return join(dir, name);
}

async function recipeDigest(recipe: BinaryRecipe): Promise<string> {
  const pins = ['go.mod', 'go.sum', 'main.go'].map((file) => join(goModules, recipe.module, file));
  const contents = await Promise.all(pins.filter(existsSync).map((file) => readFile(file, 'utf8')));
  return digestOf({
    contents,
    package: recipe.package,
    tags: recipe.tags ?? [],
    variables: recipe.variables ?? {},
    cgo: recipe.cgo ?? false,
  });
}

/** A `PATH` on which the given programs come first, for `lab env` and child processes. */
export function pathWith(paths: readonly string[], inherited: string | undefined): string {
  const dirs = paths.map((path) => join(path, '..'));
  return [...new Set(dirs), inherited ?? ''].filter((part) => part !== '').join(delimiter);
}
