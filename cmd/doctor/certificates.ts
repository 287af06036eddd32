import { X509Certificate } from 'node:crypto';
import { certificatesIn } from '../../kube/pem.ts';
import type { Found } from './finding.ts';

const DAY_MS = 86_400_000;
/** The webhook renews at two thirds of a life of ten years: this close to the end it has failed for long. */
const SOON_MS = 30 * DAY_MS;

/** What is wrong with a registration's `caBundle` (base64 of PEM), undefined when it is good. */
export function certificateProblem(
  caBundle: string | undefined,
  now: number,
): Pick<Found, 'level' | 'message'> | undefined {
  const ends = certificatesIn(Buffer.from(caBundle ?? '', 'base64').toString('utf8')).flatMap(endOfValidity);
  if (ends.length === 0) return { level: 'error', message: 'has no certificate in its caBundle' };
  const last = Math.max(...ends);
  const date = new Date(last).toISOString().slice(0, 10);
  if (last <= now)
    return { level: 'error', message: `trusts only certificates that have expired, the last on ${date}` };
  if (last - now < SOON_MS) return { level: 'warning', message: `trusts no certificate beyond ${date}` };
  return undefined;
}

function endOfValidity(certificate: string): number[] {
  try {
    return [new X509Certificate(certificate).validToDate.getTime()];
  } catch {
    // What cannot be read proves nothing to the API server either.
    return [];
  }
}
