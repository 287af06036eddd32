import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { binaryRecipes, pathWith, resolveBinaries } from '../../../../lab/assets/binaries.ts';
import { assetCacheDir } from '../../../../lab/assets/context.ts';
import { goBuildArguments } from '../../../../lab/assets/go-build.ts';
import { assetContext } from '../../../builders/asset-context.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

/** A folder with an executable of that name that runs the given shell text. */
function folderWith(name: string, script: string): string {
  const dir = temporaryFolder();
  writeFileSync(join(dir, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(dir, name), 0o755);
  return dir;
}

describe('the lab’s programs', () => {
  it('are taken from KUBEBUILDER_ASSETS when it has them', async () => {
    const assets = folderWith('etcd', 'true');
    const ctx = assetContext(temporaryFolder(), { env: { KUBEBUILDER_ASSETS: assets } });
    expect(await resolveBinaries(ctx, ['etcd'])).toEqual({ etcd: join(assets, 'etcd') });
  });

  it('are built once, with progress, when neither that folder nor the cache has them', async () => {
    const go = folderWith(
      'go',
      '[ "$1" = version ] && exec echo go version go1.26.8 linux/amd64; while [ $# -gt 1 ]; do [ "$1" = -o ] && echo built >>"$2"; shift; done',
    );
    const env = { PATH: `${go}:${process.env.PATH ?? ''}`, KUBEBUILDER_ASSETS: temporaryFolder() };
    const ctx = assetContext(temporaryFolder(), { env });
    const first = await resolveBinaries(ctx, ['pause']);
    expect(await resolveBinaries(ctx, ['pause'])).toEqual(first);
    expect(first.pause.startsWith(join(ctx.cacheDir, 'binaries', 'pause-v1-'))).toBe(true);
    expect(ctx.lines).toEqual(['pause v1: building with go', 'pause v1: built']);
  });

  it('cannot be built without Go, and the error says where to get it', async () => {
    const tools = folderWith('go', 'exit 127');
    const ctx = assetContext(temporaryFolder(), { env: { PATH: `${tools}:${process.env.PATH ?? ''}` } });
    await expect(resolveBinaries(ctx, ['pause'])).rejects.toThrow(
      /pause has to be built.*\(found: none\): install Go/,
    );
  });

  it('cannot be built with a Go that does not fetch the release a module asks for', async () => {
    const go = folderWith('go', 'echo go version go1.19.8 linux/amd64');
    const ctx = assetContext(temporaryFolder(), { env: { PATH: `${go}:${process.env.PATH ?? ''}` } });
    await expect(resolveBinaries(ctx, ['pause'])).rejects.toThrow('found: go version go1.19.8 linux/amd64');
  });

  it('show the compiler’s words when a build fails', async () => {
    const go = folderWith(
      'go',
      '[ "$1" = version ] && exec echo go1.26.8; echo "main.go:1: syntax error" >&2; exit 1',
    );
    const ctx = assetContext(temporaryFolder(), { env: { PATH: `${go}:${process.env.PATH ?? ''}` } });
    await expect(resolveBinaries(ctx, ['pause'])).rejects.toThrow('main.go:1: syntax error');
  });

  it('are linked with the version that the server reports', () => {
    const args = goBuildArguments(binaryRecipes['kube-apiserver'], '/out');
    expect(args.join(' ')).toContain('-X k8s.io/component-base/version.gitVersion=v1.36.3');
    expect(args.join(' ')).toContain('version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=36');
  });

  it('come first on the PATH that the lab gives, each folder once', () => {
    expect(pathWith(['/c/kubectl-1/kubectl', '/c/etcd-1/etcd', '/c/etcd-1/x'], '/usr/bin')).toBe(
      '/c/kubectl-1:/c/etcd-1:/usr/bin',
    );
  });
});

describe('the cache folder', () => {
  it('follows XDG_CACHE_HOME, and is below the home folder when that is unset or empty', () => {
    expect(assetCacheDir({ XDG_CACHE_HOME: '/cache' }, '/home/u')).toBe('/cache/kubectl-nvme');
    expect(assetCacheDir({ XDG_CACHE_HOME: '' }, '/home/u')).toBe('/home/u/.cache/kubectl-nvme');
    expect(assetCacheDir({}, '/home/u')).toBe('/home/u/.cache/kubectl-nvme');
  });
});
