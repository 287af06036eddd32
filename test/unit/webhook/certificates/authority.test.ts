import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createAuthority, createLeaf } from '../../../../webhook/certificates/authority.ts';
import { certificatesIn } from '../../../../kube/pem.ts';
import { mergedBundle } from '../../../../webhook/certificates/bundle.ts';
import { authorityProblem, lifetimeOf } from '../../../../webhook/certificates/validity.ts';
import { isSignedBy } from '../../../builders/certificates.ts';

const NOW = Date.UTC(2026, 0, 1);
const DAY = 86_400_000;

describe('certificates', () => {
  it('has a CA that signs, and leaves that carry every name and cannot sign', async () => {
    const authority = await createAuthority(NOW);
    const leaf = await createLeaf(authority, ['nvme-webhook.kubectl-nvme.svc', '127.0.0.1'], NOW);
    const [ca, served] = [new X509Certificate(authority.certificate), new X509Certificate(leaf.certificate)];
    expect([ca.ca, served.ca]).toEqual([true, false]);
    expect(served.verify(ca.publicKey) && served.checkIssued(ca)).toBe(true);
    expect(served.checkPrivateKey(createPrivateKey(leaf.key))).toBe(true);
    expect(served.checkHost('nvme-webhook.kubectl-nvme.svc')).toBeDefined();
    expect(served.checkIP('127.0.0.1')).toBeDefined();
    expect(leaf.key).not.toBe(authority.key);
  });

  it('is valid five minutes before it was made, for slower clocks', async () => {
    const { from, renewAt, until } = lifetimeOf((await createAuthority(NOW, 3 * DAY)).certificate);
    expect([from, renewAt, until]).toEqual([NOW - 300_000, NOW + 2 * DAY, NOW + 3 * DAY]);
  });

  it('has random positive serial numbers of 128 bits', async () => {
    const made = await Promise.all([1, 2, 3, 4].map(() => createAuthority(NOW)));
    const serials = made.map(({ certificate }) => new X509Certificate(certificate).serialNumber);
    expect(new Set(serials).size).toBe(4);
    for (const serial of serials) {
      expect(BigInt(`0x${serial}`) > 0n).toBe(true);
      expect(serial.length).toBeGreaterThan(24);
    }
  });

  it('tells what is wrong with a stored authority', async () => {
    const [one, other] = await Promise.all([createAuthority(NOW, 3 * DAY), createAuthority(NOW)]);
    const leaf = await createLeaf(one, ['x'], NOW);
    expect(authorityProblem(one, NOW)).toBeUndefined();
    expect(authorityProblem(one, NOW + 2 * DAY)).toContain('due for renewal');
    expect(authorityProblem(one, NOW - DAY)).toContain('valid from');
    expect(authorityProblem({ ...one, key: other.key }, NOW)).toContain('another certificate');
    expect(authorityProblem(leaf, NOW)).toContain('not a certificate authority');
    expect(authorityProblem({ ...one, certificate: 'x' }, NOW)).toContain('cannot be read');
    expect([
      isSignedBy(leaf.certificate, one.certificate),
      isSignedBy(leaf.certificate, other.certificate),
    ]).toEqual([true, false]);
  });
});

describe('the published bundle', () => {
  it('adds what is wanted to what is trusted, drops what has ended, and stays small', async () => {
    const all = await Promise.all([1, 2, 3, 4, 5, 6, 7].map(() => createAuthority(NOW)));
    const ended = await createAuthority(NOW - 10 * DAY, DAY);
    const [wanted = '', ...rest] = all.map(({ certificate }) => certificate);
    expect(certificatesIn(mergedBundle(wanted, ended.certificate + (rest[0] ?? ''), NOW))).toEqual([
      wanted,
      rest[0],
    ]);
    expect(mergedBundle(wanted, wanted, NOW)).toBe(wanted);
    expect(certificatesIn(mergedBundle(wanted, rest.join(''), NOW))).toHaveLength(5);
    expect(mergedBundle(wanted, 'blanked', NOW)).toBe(wanted);
  });
});
