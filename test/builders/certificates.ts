import { X509Certificate } from 'node:crypto';

/** Whether the key of `authority` made the signature on the certificate; both PEM. */
export function isSignedBy(certificate: string, authority: string): boolean {
  return new X509Certificate(certificate).verify(new X509Certificate(authority).publicKey);
}
