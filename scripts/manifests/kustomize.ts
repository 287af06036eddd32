import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { ManifestObject } from '../../cmd/install/bundle.ts';
import { patched, type KustomizePatch } from './kustomize-patch.ts';

/** The part of a kustomization that our manifests use. */
interface Kustomization {
  resources?: string[];
  labels?: { pairs: Record<string, string> }[];
  images?: { name: string; newName?: string; newTag?: string }[];
  patches?: KustomizePatch[];
}

const UNDERSTOOD = ['apiVersion', 'kind', 'resources', 'labels', 'images', 'patches'];

/**
 * The objects of a folder's kustomization, as `kubectl kustomize` builds them; test/cluster compares both. Throws on
 * a field that it does not understand: the plugin would else install something other than `kubectl apply -k`.
 */
export function renderKustomization(folder: string): ManifestObject[] {
  const path = join(folder, 'kustomization.yaml');
  const kustomization = parse(readFileSync(path, 'utf8')) as Kustomization;
  const unknown = Object.keys(kustomization).filter((field) => !UNDERSTOOD.includes(field));
  if (unknown.length > 0) {
    throw new Error(`${path}: expected only ${UNDERSTOOD.join(', ')}, got \`${unknown.join(', ')}\``);
  }
  const { resources = [], labels = [], images = [], patches = [] } = kustomization;
  const pairs = Object.assign({}, ...labels.map((label) => plainPairs(path, label))) as Record<
    string,
    string
  >;
  const read = resources.flatMap((resource) => readResource(join(folder, resource)));
  return patches.reduce(patched, read).map((object) => withImages(withLabels(object, pairs), images));
}

/** The objects of one YAML file. */
export function readManifest(path: string): ManifestObject[] {
  return parseAllDocuments(readFileSync(path, 'utf8'))
    .map((document) => document.toJS() as ManifestObject | null)
    .filter((object) => object !== null);
}

const readResource = (path: string): ManifestObject[] =>
  statSync(path).isDirectory() ? renderKustomization(path) : readManifest(path);

function plainPairs(path: string, label: { pairs: Record<string, string> }): Record<string, string> {
  const more = Object.keys(label).filter((field) => field !== 'pairs');
  if (more.length > 0)
    throw new Error(`${path}: expected labels with pairs only, got \`${more.join(', ')}\``);
  return label.pairs;
}

function withLabels(object: ManifestObject, pairs: Record<string, string>): ManifestObject {
  if (Object.keys(pairs).length === 0) return object;
  return { ...object, metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...pairs } } };
}

/** Every `image` in the object that has one of the names. */
function withImages<T>(value: T, images: NonNullable<Kustomization['images']>): T {
  if (Array.isArray(value)) return value.map((item: unknown) => withImages(item, images)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).map(([key, field]: [string, unknown]) =>
    key === 'image' && typeof field === 'string'
      ? [key, renamed(field, images)]
      : [key, withImages(field, images)],
  );
  return Object.fromEntries(fields) as T;
}

function renamed(image: string, images: NonNullable<Kustomization['images']>): string {
  const [, name = '', tag = ''] = /^(.*?)(:[^/:]+)?$/.exec(image) ?? [];
  const found = images.find((candidate) => candidate.name === name);
  if (found === undefined) return image;
  return `${found.newName ?? name}${found.newTag === undefined ? tag : `:${found.newTag}`}`;
}
