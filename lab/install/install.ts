import { join } from 'node:path';
import { projectImage } from '../assets/image.ts';
import type { LabContext } from '../context.ts';
import type { Lab } from '../lab.ts';
import { kubectl } from './kubectl.ts';
import { writeOverlay, type OverlayOptions } from './overlay.ts';
import { startWebhookBeside, type WebhookBeside } from './webhook-beside.ts';

/** The checkout that the lab installs from. */
export const repoDir = join(import.meta.dirname, '..', '..');

/** Applies `manifests/base` with the lab's image, and waits for the CRDs. Needs no node. */
export async function applyManifests(
  ctx: LabContext,
  lab: Lab,
  options: Partial<OverlayOptions> = {},
): Promise<void> {
  const image = options.image ?? (await projectImage(ctx, { repoDir, distDir: join(repoDir, 'dist') })).ref;
  const folder = await writeOverlay(repoDir, lab.dir, { webhookReplicas: 0, ...options, image });
  await kubectl(ctx, lab, 'apply', '-k', folder);
  const crds = ['crd/nvmeprofiles.kubectl-nvme.dev', 'crd/nvmenodes.kubectl-nvme.dev'];
  await kubectl(ctx, lab, 'wait', '--for=condition=Established', '--timeout=30s', ...crds);
}

/** Applies the manifests and starts the webhook beside the API server. */
export async function installInLab(ctx: LabContext, lab: Lab): Promise<WebhookBeside> {
  await applyManifests(ctx, lab);
  return await startWebhookBeside(ctx, lab, repoDir);
}
