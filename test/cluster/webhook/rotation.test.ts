import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STARTUP_TAINT_KEY } from '../../../api/keys.ts';
import { isNotFound } from '../../../kube/errors.ts';
import { nodes, secrets } from '../../../kube/resources.ts';
import type { WebhookBeside } from '../../../lab/install/webhook-beside.ts';
import { AUTHORITY_SECRET } from '../../../webhook/certificates/authority-secret.ts';
import { openScene, type Scene } from './scene.ts';

const namespace = 'kubectl-nvme';
const ROTATIONS = Number(process.env.ROTATIONS ?? 2);
/** Lives so short that a few rotations fit into a test; two in a row outlast the authority that is served. */
const FLAGS = ['--ca-lifetime=12s', '--leaf-lifetime=5s', '--certificate-settle=3s'];

describe('certificates that rotate under load', () => {
  let scene: Scene;
  let webhook: WebhookBeside;

  beforeAll(async () => {
    scene = await openScene('rotation');
    // A CA that another file's webhook left lives for years, and would not rotate here.
    await forgetAuthority();
    webhook = await scene.startWebhook(...FLAGS);
    await scene.until('admission to work', async () => ((await isTainted('probe')) ? true : undefined));
  });
  afterAll(async () => {
    await scene.close();
    await forgetAuthority();
  });

  async function forgetAuthority(): Promise<void> {
    await scene.kube.delete(secrets, AUTHORITY_SECRET, { namespace }).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }

  async function isTainted(name: string): Promise<boolean> {
    const { spec } = await scene.kube.create(nodes, scene.newNode(`rotation-${name}`), { dryRun: true });
    return (spec?.taints ?? []).some(({ key }) => key === STARTUP_TAINT_KEY);
  }

  /** What the API server says of each admission that went on without the webhook's answer. */
  const failures = async (): Promise<string[]> => {
    const log = await readFile(join(scene.lab.dir, 'logs', 'kube-apiserver.log'), 'utf8');
    return log.split('\n').filter((line) => line.includes('failing open taint.'));
  };
  const authority = async (): Promise<string> =>
    (await scene.peek(secrets, AUTHORITY_SECRET, namespace))?.data?.['ca.crt'] ?? '';
  const expiry = async (): Promise<string> => {
    const text = await (await fetch(`${webhook.healthUrl}/metrics`)).text();
    return /^kubectl_nvme_certificate_expiry_timestamp_seconds (\S+)$/m.exec(text)?.[1] ?? '';
  };
  const change = (what: string, read: () => Promise<string>, before: string): Promise<string> =>
    scene.until(what, async () => {
      const now = await read();
      return now !== '' && now !== before ? now : undefined;
    });

  it('fails no admission through rotations of the CA, each followed by the loss of its Secret', async () => {
    const counts = { admissions: 0, missed: 0 };
    const stop = new AbortController();
    const before = (await failures()).length;
    const load = Array.from({ length: 8 }, async (_, worker) => {
      while (!stop.signal.aborted) {
        counts.admissions += 1;
        if (!(await isTainted(`${worker}`))) counts.missed += 1;
      }
    });
    const leaves = new Set([await expiry()]);
    for (let round = 1; round <= ROTATIONS; round += 1) {
      const old = await authority();
      const rotated = await change(`rotation ${round}`, authority, old);
      leaves.add(await expiry());
      await forgetAuthority();
      await change(`a CA after loss ${round}`, authority, rotated);
      leaves.add(await change(`a leaf of it after loss ${round}`, expiry, await expiry()));
    }
    stop.abort(new Error('enough'));
    await Promise.all(load);
    const why = (await failures()).slice(before);
    // An answer that took longer than two seconds tells of a busy machine, not of a certificate.
    const slow = why.filter((line) => /context deadline exceeded|Client\.Timeout/.test(line));
    console.log({ ...counts, slow: slow.length });
    expect(why.filter((line) => !slow.includes(line))).toEqual([]);
    expect(counts).toEqual({
      admissions: expect.toSatisfy((n: number) => n > 500) as number,
      missed: slow.length,
    });
    expect(leaves.size).toBeGreaterThanOrEqual(2 * ROTATIONS + 1);
  });
});
