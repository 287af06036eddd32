import { X509Certificate } from 'node:crypto';
import { certificatesIn } from '../../kube/pem.ts';

/** Certificates that the API server trusts at once: the newest rotation, the one before, and room for a race. */
const MAX_IN_BUNDLE = 5;

/**
 * The bundle to publish: all that are wanted, then what is trusted now and still valid. Another replica may go on
 * serving a leaf of an authority that has just left the Secret, so replicas only ever add; the end of validity and a
 * limit remove. What cannot be read is left out: the API server would refuse the whole bundle for it.
 */
export function mergedBundle(wanted: string, published: string, now: number): string {
  const first = certificatesIn(wanted);
  const all = [...new Set([...first, ...certificatesIn(published)])].filter((one) => isValid(one, now));
  return all.slice(0, Math.max(MAX_IN_BUNDLE, first.length)).join('');
}

function isValid(certificate: string, now: number): boolean {
  try {
    return new X509Certificate(certificate).validToDate.getTime() > now;
  } catch {
    return false;
  }
}
