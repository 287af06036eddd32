import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { TarEntry } from '../../../../lab/assets/tar.ts';
import { newAuthority } from '../../../../lab/cluster/pki.ts';
import { guestConfig, kubeletConfiguration } from '../../../../lab/node/guest-config.ts';
import type { Machine } from '../../../../lab/node/machine.ts';
import { labMachine } from '../../../builders/lab-machine.ts';

const now = new Date('2026-11-22T00:00:00Z');

async function filesOf(machine: Machine): Promise<Map<string, string>> {
  const cluster = { name: 'x', ca: await newAuthority('ca', now), apiServerPort: 20443 };
  const entries = await guestConfig(machine, cluster, now);
  const files = entries.filter(
    (entry): entry is TarEntry & { kind: 'file'; content: Buffer } => 'content' in entry,
  );
  return new Map(files.map(({ path, content }) => [path, content.toString('utf8')]));
}

describe('what a machine is given at power-on', () => {
  it('makes its kubelet the node of its name, and no one else', async () => {
    const files = await filesOf(labMachine());
    const { users } = parse(files.get('etc/kubernetes/kubelet.conf') ?? '') as {
      users: { user: { 'client-certificate-data': string } }[];
    };
    const pem = Buffer.from(users[0]?.user['client-certificate-data'] ?? '', 'base64');

    expect(new X509Certificate(pem).subject).toBe('O=system:nodes\nCN=system:node:node-1');
  });

  it('leads to the API server by the address that the host has for guests', async () => {
    const files = await filesOf(labMachine());

    expect(files.get('etc/kubernetes/kubelet.conf')).toContain('server: https://10.0.2.2:20443');
    expect(files.get('etc/lab/node.env')).toContain('API_PORT=20443\n');
  });

  it('carries the labels of the cloud and of the asker into the registration', async () => {
    const files = await filesOf(labMachine({ cloud: 'aws', labels: { pool: 'db' } }));

    expect(files.get('etc/lab/node.env')).toMatch(
      /--node-labels=aws\.amazon\.com\/eks-local-ssd=true,\S*pool=db/,
    );
  });

  it('lists imitated drives for a cloud only', async () => {
    expect((await filesOf(labMachine())).has('etc/lab/drives')).toBe(false);
    expect((await filesOf(labMachine({ cloud: 'gcp' }))).get('etc/lab/drives')).toContain('nvme_card');
  });

  it('puts the kubelet’s configuration where the cloud’s images have it', async () => {
    const files = await filesOf(labMachine({ cloud: 'gcp' }));

    expect(files.has('home/kubernetes/kubelet-config.yaml')).toBe(true);
    expect(files.get('etc/lab/node.env')).toContain('--config=/home/kubernetes/kubelet-config.yaml');
  });
});

describe('the kubelet’s configuration', () => {
  it('admits nobody without a certificate or token, and asks the API server what they may', () => {
    expect(kubeletConfiguration(labMachine())).toMatchObject({
      authentication: { anonymous: { enabled: false } },
      authorization: { mode: 'Webhook' },
    });
  });

  it('registers with the taints that were asked for', () => {
    const { registerWithTaints } = kubeletConfiguration(
      labMachine({ taints: ['a=b:NoExecute', 'c:NoSchedule', 'd'] }),
    );

    expect(registerWithTaints).toEqual([
      { key: 'a', value: 'b', effect: 'NoExecute' },
      { key: 'c', effect: 'NoSchedule' },
      { key: 'd', effect: 'NoSchedule' },
    ]);
  });

  it('lets the asker have the last word', () => {
    expect(kubeletConfiguration(labMachine({ kubeletConfiguration: { failSwapOn: false } }))).toMatchObject({
      failSwapOn: false,
    });
  });
});
