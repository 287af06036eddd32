import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  cert: string;
  key: string;
}

/** What a certificate says and allows. */
export interface CertificateRequest {
  commonName: string;
  /** Kubernetes reads these as the user's groups. */
  organizations?: readonly string[];
  usages: readonly ('clientAuth' | 'serverAuth')[];
  dnsNames?: readonly string[];
  ips?: readonly string[];
}

const newKeyPair = promisify(generateKeyPair);

const YEAR_MS = 365 * 24 * 3600 * 1000;
/** Guests and hosts disagree about the time by seconds; a certificate must not be from the future for either. */
const BACKDATE_MS = 5 * 60 * 1000;

/** RSA by node:crypto, off the main thread: forge has no EC keys and makes RSA keys slowly and synchronously. */
export async function rsaKeyPair(): Promise<{ publicKey: string; privateKey: string }> {
  return await newKeyPair('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
}

/** A new self-signed certificate authority. */
export async function newAuthority(commonName: string, now: Date): Promise<KeyPair> {
  const { publicKey, privateKey } = await rsaKeyPair();
  const certificate = draft({ commonName, usages: [] }, publicKey, now);
  certificate.setIssuer(certificate.subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  return signed(certificate, privateKey, privateKey);
}

/** A key pair whose certificate `authority` signed. */
export async function issue(authority: KeyPair, request: CertificateRequest, now: Date): Promise<KeyPair> {
  const { publicKey, privateKey } = await rsaKeyPair();
  const certificate = draft(request, publicKey, now);
  certificate.setIssuer(forge.pki.certificateFromPem(authority.cert).subject.attributes);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', ...Object.fromEntries(request.usages.map((usage) => [usage, true])) },
    ...subjectAltName(request),
  ]);
  return signed(certificate, authority.key, privateKey);
}

function draft(request: CertificateRequest, publicKey: string, now: Date): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
  certificate.serialNumber = serialOf(randomBytes(16));
  certificate.validity.notBefore = new Date(now.getTime() - BACKDATE_MS);
  certificate.validity.notAfter = new Date(now.getTime() + YEAR_MS);
  certificate.setSubject([
    ...(request.organizations ?? []).map((value) => ({ name: 'organizationName', value })),
    { name: 'commonName', value: request.commonName },
  ]);
  return certificate;
}

function subjectAltName({ dnsNames = [], ips = [] }: CertificateRequest): readonly object[] {
  const altNames = [...dnsNames.map((value) => ({ type: 2, value })), ...ips.map((ip) => ({ type: 7, ip }))];
  return altNames.length === 0 ? [] : [{ name: 'subjectAltName', altNames }];
}

function signed(certificate: forge.pki.Certificate, signingKey: string, ownKey: string): KeyPair {
  certificate.sign(forge.pki.privateKeyFromPem(signingKey), forge.md.sha256.create());
  return { cert: forge.pki.certificateToPem(certificate), key: ownKey };
}

/**
 * A serial number in hex. The first bit is set and a zero octet put before it, so that the number is positive and its DER
 * has no superfluous octet, which Go refuses ("malformed serial number"): one random number in 512 would have one.
 */
export function serialOf(random: Buffer): string {
  return `008${random.toString('hex').slice(1)}`;
}
