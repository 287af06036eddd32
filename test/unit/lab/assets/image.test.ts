import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appEntries } from '../../../../lab/assets/app-layer.ts';
import { listEntries } from '../../../../lab/assets/list.ts';
import { imageDocuments } from '../../../../lab/assets/oci.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

function dist(files: Readonly<Record<string, string>>): string {
  const dir = temporaryFolder();
  mkdirSync(join(dir, 'lib'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
  return dir;
}

const chunks = {
  'kubectl-nvme': ['chunk-INK.js', 'chunk-SHARED.js', 'kubectl-nvme.js'],
  'nvme-agent': ['chunk-A.js', 'chunk-SHARED.js', 'nvme-agent.js'],
  'nvme-webhook': ['chunk-SHARED.js', 'nvme-webhook.js'],
};

const built = {
  'package.json': '{"type":"module"}',
  'chunks.json': JSON.stringify(chunks),
  ...Object.fromEntries(Object.keys(chunks).map((name) => [name, '#!/bin/sh\n'])),
  ...Object.fromEntries(Object.values(chunks).flatMap((names) => names.map((name) => [`lib/${name}`, '']))),
};

describe('the project’s image', () => {
  it('holds the agent, the webhook and what they load, and nothing of the plugin', async () => {
    const paths = (await appEntries(dist(built)))
      .filter(({ kind }) => kind === 'file')
      .map(({ path }) => path);
    expect(paths.map((path) => path.replace('usr/local/lib/kubectl-nvme/', '')).sort()).toEqual([
      'lib/chunk-A.js',
      'lib/chunk-SHARED.js',
      'lib/nvme-agent.js',
      'lib/nvme-webhook.js',
      'nvme-agent',
      'nvme-webhook',
      'package.json',
    ]);
  });

  it('has the programs on the PATH, executable, the agent under its compatible name too', async () => {
    const entries = await appEntries(dist(built));
    expect(entries).toContainEqual({
      path: 'usr/local/bin/ephemeral-storage-setup',
      kind: 'link',
      target: 'nvme-agent',
    });
    expect(entries).toContainEqual(
      expect.objectContaining({ path: 'usr/local/lib/kubectl-nvme/nvme-webhook', mode: 0o755 }),
    );
  });

  it('says what to run when the programs are not built', async () => {
    const dir = dist(built);
    rmSync(join(dir, 'nvme-agent'));
    await expect(appEntries(dir)).rejects.toThrow(/nvme-agent, which cannot be read: run `npm run build`/);
  });

  it('says so too when a program was left out of the build', async () => {
    const list = JSON.stringify({ 'nvme-webhook': chunks['nvme-webhook'] });
    const onlyWebhook = dist({ ...built, 'chunks.json': list });
    await expect(appEntries(onlyWebhook)).rejects.toThrow(
      /nvme-agent, which cannot be read: run `npm run build`/,
    );
  });

  it('reads its packages from a list with comments', () => {
    expect(listEntries('# Drive tools\nlvm2\n\nmdadm # arrays\n')).toEqual(['lvm2', 'mdadm']);
  });
});

describe('an image’s manifest', () => {
  const layer = { path: '/x/layer.tar.zst', size: 10, sha256: 'b'.repeat(64), diffId: 'd'.repeat(64) };
  const config = { env: ['PATH=/bin'], entrypoint: ['/pause'] };

  it('names a compressed layer by its blob and its type, and its content by the diff ID', () => {
    const documents = imageDocuments([layer], config);
    expect(JSON.parse(documents.manifest.toString())).toMatchObject({
      layers: [
        {
          mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd',
          digest: `sha256:${layer.sha256}`,
          size: 10,
        },
      ],
    });
    expect(JSON.parse(documents.config.toString())).toMatchObject({
      rootfs: { diff_ids: [`sha256:${layer.diffId}`] },
    });
  });

  it('has a digest that follows the content and not where the layer lies', () => {
    const digest = imageDocuments([layer], config).digest;
    expect(imageDocuments([{ ...layer, path: '/y/layer.tar.zst' }], config).digest).toBe(digest);
    expect(imageDocuments([{ ...layer, sha256: 'c'.repeat(64) }], config).digest).not.toBe(digest);
  });
});
