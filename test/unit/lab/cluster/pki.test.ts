import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { issue, newAuthority } from '../../../../lab/cluster/pki.ts';

const now = new Date('2026-11-22T12:00:00Z');

describe('the certificates of a lab', () => {
  it('are signed by their authority and belong to their key', async () => {
    const authority = await newAuthority('lab', now);
    const pair = await issue(
      authority,
      { commonName: 'alice', organizations: ['a', 'b'], usages: ['clientAuth'] },
      now,
    );
    const certificate = new X509Certificate(pair.cert);

    expect(certificate.verify(new X509Certificate(authority.cert).publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(pair.key))).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.subject).toBe('O=a\nO=b\nCN=alice');
  });

  it('are valid for the addresses they name, some minutes before they were made', async () => {
    const authority = await newAuthority('lab', now);
    const request = {
      commonName: 'server',
      usages: ['serverAuth'],
      dnsNames: ['localhost'],
      ips: ['127.0.0.1'],
    } as const;
    const certificate = new X509Certificate((await issue(authority, request, now)).cert);

    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIP('10.0.2.2')).toBeUndefined();
    expect(certificate.checkHost('localhost')).toBe('localhost');
    expect(new Date(certificate.validFrom)).toEqual(new Date('2026-11-22T11:55:00Z'));
  });

  it('have different serial numbers', async () => {
    const authority = await newAuthority('lab', now);
    const request = { commonName: 'x', usages: ['clientAuth'] } as const;
    const pairs = await Promise.all([issue(authority, request, now), issue(authority, request, now)]);

    expect(new Set(pairs.map(({ cert }) => new X509Certificate(cert).serialNumber)).size).toBe(2);
  });
});
