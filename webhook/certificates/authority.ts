import { generateKeyPair, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import forge from 'node-forge';

/** A certificate with its private key, both PEM. */
export interface KeyedCertificate {
  certificate: string;
  key: string;
}

/** Clocks of a cluster differ: a certificate valid from this very moment is refused by a slower one. */
export const BACKDATE_MS = 300_000;

const DAY_MS = 86_400_000;
export const CA_LIFETIME_MS = 3650 * DAY_MS;
export const LEAF_LIFETIME_MS = 90 * DAY_MS;

const newKeyPair = promisify(generateKeyPair);

/** A new certificate authority with a key of its own. `now` is milliseconds since the epoch. */
export async function createAuthority(now: number, lifetimeMs = CA_LIFETIME_MS): Promise<KeyedCertificate> {
  const { certificate, key, pem } = await unsigned('kubectl-nvme webhook CA', now, lifetimeMs);
  certificate.setIssuer(certificate.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  certificate.sign(key, forge.md.sha256.create());
  return { certificate: pemOf(certificate), key: pem };
}

/** A serving certificate for DNS names and IP addresses, signed by the authority. */
export async function createLeaf(
  authority: KeyedCertificate,
  hosts: readonly string[],
  now: number,
  lifetimeMs = LEAF_LIFETIME_MS,
): Promise<KeyedCertificate> {
  const { certificate, pem } = await unsigned(hosts[0] ?? 'nvme-webhook', now, lifetimeMs);
  const issuer = forge.pki.certificateFromPem(authority.certificate);
  certificate.setIssuer(issuer.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames: hosts.map(alternativeName) },
    // Two authorities of the same name stand in the bundle during a rotation: this says which one signed.
    { name: 'authorityKeyIdentifier', keyIdentifier: issuer.generateSubjectKeyIdentifier().getBytes() },
  ]);
  certificate.sign(forge.pki.privateKeyFromPem(authority.key), forge.md.sha256.create());
  return { certificate: pemOf(certificate), key: pem };
}

/** Everything but issuer, extensions and signature. node:crypto makes the key off the main thread; forge would block. */
async function unsigned(
  commonName: string,
  now: number,
  lifetimeMs: number,
): Promise<{ certificate: forge.pki.Certificate; key: forge.pki.rsa.PrivateKey; pem: string }> {
  const { privateKey } = await newKeyPair('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const key = forge.pki.privateKeyFromPem(privateKey);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.rsa.setPublicKey(key.n, key.e);
  certificate.serialNumber = randomSerial();
  certificate.validity.notBefore = new Date(now - BACKDATE_MS);
  certificate.validity.notAfter = new Date(now + lifetimeMs);
  // A common name has at most 64 characters (RFC 5280, ub-common-name); the names that count are in the SAN.
  certificate.setSubject([{ name: 'commonName', value: commonName.slice(0, 64) }]);
  return { certificate, key, pem: privateKey };
}

/** forge ends lines as mail does; everybody else's PEM has plain line ends. */
const pemOf = (certificate: forge.pki.Certificate): string =>
  forge.pki.certificateToPem(certificate).replaceAll('\r\n', '\n');

/**
 * 124 random bits in hex behind a set one, which the leading zero byte keeps positive. Without the set bit one number in
 * 512 had a superfluous zero byte in DER, and Go refuses such a certificate ("malformed serial number").
 */
const randomSerial = (): string => `008${randomBytes(16).toString('hex').slice(1)}`;

/** GeneralName types of RFC 5280: 2 is dNSName, 7 is iPAddress. */
const alternativeName = (host: string): object =>
  isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host };
