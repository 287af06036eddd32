import { join } from 'node:path';
import type { AssetContext } from './context.ts';
import { bytesSha256 } from './digest.ts';
import { cachedAsset } from './store.ts';
import { writeTar, type TarEntry } from './tar.ts';

/** One layer on disk, as a tar archive or a zstd-compressed one. */
export interface Layer {
  path: string;
  size: number;
  /** Hex SHA-256 of the file: the blob's digest. */
  sha256: string;
  /** Hex SHA-256 of the tar archive inside: the layer's identity. */
  diffId: string;
}

/** What a container made from the image starts with. */
export interface ImageConfig {
  env: readonly string[];
  entrypoint: readonly string[];
}

/** A container image that was made without a registry. */
export interface ImageAsset {
  /** The name the node knows it by; pods use it with `imagePullPolicy: Never`. */
  ref: string;
  /** `sha256:…` of its manifest: a function of the content alone. */
  digest: string;
  /** The absolute path of an OCI archive that `ctr images import` reads. */
  tar: string;
  /** The image of the slow-changing lower layers alone; a node disk that has it takes this image in seconds. */
  base?: ImageAsset;
}

/** The documents of an image: its config, its manifest and the manifest's hex digest. */
export function imageDocuments(
  layers: readonly Layer[],
  config: ImageConfig,
): { config: Buffer; manifest: Buffer; digest: string } {
  const configBytes = json({
    architecture: 'amd64',
    os: 'linux',
    config: { Env: config.env, Entrypoint: config.entrypoint, WorkingDir: '/' },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${layer.diffId}`) },
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptor(
      'application/vnd.oci.image.config.v1+json',
      bytesSha256(configBytes),
      configBytes.length,
    ),
    layers: layers.map((each) => descriptor(layerType(each), each.sha256, each.size)),
  });
  return { config: configBytes, manifest, digest: bytesSha256(manifest) };
}

/** Writes the OCI archive of an image under `name:tag`, once per content; `tag` is made from the digest unless given. */
export async function ociArchive(
  ctx: AssetContext,
  name: string,
  layers: readonly Layer[],
  config: ImageConfig,
  tag?: string,
): Promise<ImageAsset> {
  const documents = imageDocuments(layers, config);
  const short = documents.digest.slice(0, 12);
  const ref = `${name}:${tag ?? short}`;
  const dir = await cachedAsset(ctx, {
    kind: join('images', name.split('/').at(-1) ?? name),
    id: `${tag ?? 'by-digest'}-${short}`,
    build: (into) => writeTar(join(into, 'image.tar'), archiveEntries(ref, layers, documents)),
  });
  return { ref, digest: `sha256:${documents.digest}`, tar: join(dir, 'image.tar') };
}

function archiveEntries(
  ref: string,
  layers: readonly Layer[],
  documents: ReturnType<typeof imageDocuments>,
): TarEntry[] {
  const { config, manifest, digest } = documents;
  const index = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        ...descriptor('application/vnd.oci.image.manifest.v1+json', digest, manifest.length),
        annotations: { 'io.containerd.image.name': ref },
        platform: { architecture: 'amd64', os: 'linux' },
      },
    ],
  };
  return [
    { path: 'blobs', kind: 'dir' },
    { path: 'blobs/sha256', kind: 'dir' },
    { path: 'oci-layout', kind: 'file', content: json({ imageLayoutVersion: '1.0.0' }) },
    { path: 'index.json', kind: 'file', content: json(index) },
    { path: `blobs/sha256/${digest}`, kind: 'file', content: manifest },
    { path: `blobs/sha256/${bytesSha256(config)}`, kind: 'file', content: config },
    ...layers.map((layer): TarEntry => ({
      path: `blobs/sha256/${layer.sha256}`,
      kind: 'file',
      source: layer.path,
      size: layer.size,
    })),
  ];
}

function layerType(layer: Layer): string {
  return `application/vnd.oci.image.layer.v1.tar${layer.path.endsWith('.zst') ? '+zstd' : ''}`;
}

function descriptor(mediaType: string, hex: string, size: number): Record<string, string | number> {
  return { mediaType, digest: `sha256:${hex}`, size };
}

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}
