import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STARTUP_TAINT_KEY } from '../../../api/keys.ts';
import { isNotFound } from '../../../kube/errors.ts';
import { nodes, secrets } from '../../../kube/resources.ts';
import type { WebhookBeside } from '../../../lab/install/webhook-beside.ts';
import { AUTHORITY_SECRET } from '../../../webhook/certificates/authority-secret.ts';
import { openScene, type Scene } from './scene.ts';

const namespace = 'kubectl-nvme';
/** Lives so short that a few rotations fit into a test. */
const FLAGS = ['--ca-lifetime=15s', '--leaf-lifetime=6s', '--certificate-settle=1s'];

describe('certificates that rotate under load', () => {
  let scene: Scene;
  let webhook: WebhookBeside;

  beforeAll(async () => {
    scene = await openScene('rotation');
    // A CA that another file's webhook left lives for years, and would not rotate here.
    await scene.kube.delete(secrets, AUTHORITY_SECRET, { namespace }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
    webhook = await scene.startWebhook(...FLAGS);
    await scene.until('admission to work', async () =>
      (await isTainted('rotation-probe')) ? true : undefined,
    );
  });
  afterAll(async () => {
    await scene.close();
    await scene.kube.delete(secrets, AUTHORITY_SECRET, { namespace });
  });

  async function isTainted(name: string): Promise<boolean> {
    const { spec } = await scene.kube.create(nodes, scene.newNode(name), { dryRun: true });
    return (spec?.taints ?? []).some(({ key }) => key === STARTUP_TAINT_KEY);
  }

  const authority = async (): Promise<string> =>
    (await scene.kube.get(secrets, AUTHORITY_SECRET, { namespace })).data?.['ca.crt'] ?? '';
  const served = async (): Promise<number> => {
    const text = await (await fetch(`${webhook.healthUrl}/metrics`)).text();
    return Number(/^kubectl_nvme_certificate_expiry_timestamp_seconds (\S+)$/m.exec(text)?.[1]);
  };

  it('fails no admission through rotations of CA and leaf', async () => {
    const authorities = new Set<string>();
    const leaves = new Set<number>();
    let admissions = 0;
    const missed: number[] = [];
    await scene.until(
      'three CAs and four leaves',
      async () => {
        const names = Array.from({ length: 10 }, (_, index) => `rotation-${index}`);
        const tainted = await Promise.all(names.map(isTainted));
        admissions += tainted.length;
        if (tainted.includes(false)) missed.push(admissions);
        authorities.add(await authority());
        leaves.add(await served());
        return (authorities.size >= 3 && leaves.size >= 4) || undefined;
      },
      90_000,
    );
    expect({ missed, enough: admissions > 200 }).toEqual({ missed: [], enough: true });
  });

  it('fails none when the Secret is deleted', async () => {
    const before = await authority();
    await scene.kube.delete(secrets, AUTHORITY_SECRET, { namespace });
    await scene.until('a new CA', async () => {
      expect(await isTainted('rotation-secret')).toBe(true);
      const now = await authority().catch(() => before);
      return now !== before || undefined;
    });
    const leaf = await served();
    await scene.until('a leaf of it', async () => {
      expect(await isTainted('rotation-secret')).toBe(true);
      return (await served()) !== leaf || undefined;
    });
    expect(await isTainted('rotation-secret')).toBe(true);
  });
});
