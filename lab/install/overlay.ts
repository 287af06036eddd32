import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { stringify } from 'yaml';

/** The image of manifests/base, as its kustomization names it. */
const PUBLISHED_IMAGE = 'ghcr.io/kubectl-nvme/kubectl-nvme';

/** How the lab's installation differs from a real one. */
export interface OverlayOptions {
  /** `name:tag` of the image that the nodes' disks already hold. */
  image: string;
  /** 0 when the webhook runs beside the API server, where it needs no cluster network. */
  webhookReplicas: number;
  /** Added to the webhook container's command, such as `--url=…`. */
  webhookArgs?: readonly string[];
}

/** Writes a kustomize overlay of `manifests/base` into `dir` and gives the folder for `kubectl apply -k`. */
export async function writeOverlay(repoDir: string, dir: string, options: OverlayOptions): Promise<string> {
  const folder = join(dir, 'install');
  await mkdir(folder, { recursive: true });
  const colon = options.image.lastIndexOf(':');
  const kustomization = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    // kustomize takes no absolute path.
    resources: [relative(folder, join(repoDir, 'manifests', 'base'))],
    images: [
      {
        name: PUBLISHED_IMAGE,
        newName: options.image.slice(0, colon),
        newTag: options.image.slice(colon + 1),
      },
    ],
    replicas: [{ name: 'nvme-webhook', count: options.webhookReplicas }],
    patches: webhookPatches(options.webhookArgs ?? []),
  };
  await writeFile(join(folder, 'kustomization.yaml'), stringify(kustomization));
  return folder;
}

/**
 * The lab has no cluster network, so the API server reaches a webhook pod through its node's address only. The PSA level
 * of the namespace forbids host networking: here, and only here, it is lifted.
 */
function webhookPatches(args: readonly string[]): object[] {
  if (args.length === 0) return [];
  const pod = '/spec/template/spec';
  return [
    {
      target: { kind: 'Deployment', name: 'nvme-webhook' },
      patch: stringify([
        { op: 'add', path: `${pod}/hostNetwork`, value: true },
        { op: 'add', path: `${pod}/containers/0/args`, value: args },
      ]),
    },
    {
      target: { kind: 'Namespace', name: 'kubectl-nvme' },
      patch: stringify([
        { op: 'replace', path: '/metadata/labels/pod-security.kubernetes.io~1enforce', value: 'privileged' },
      ]),
    },
  ];
}
