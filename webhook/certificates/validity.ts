import { createPrivateKey, X509Certificate } from 'node:crypto';
import { BACKDATE_MS, type KeyedCertificate } from './authority.ts';

/** When a certificate begins, is to be renewed (at ⅔ of its life) and ends, in milliseconds since the epoch. */
export interface Lifetime {
  from: number;
  renewAt: number;
  /**
   * An authority's leaves are to be replaced by now (at ⅚ of its life), however short its successor has been published:
   * one that the API server may not know yet is better than one that has ended. Seen under load: 320 of 14,326
   * admissions failed in the half second that a new leaf took after the old authority's end.
   */
  changeBy: number;
  until: number;
}

export function lifetimeOf(certificate: string): Lifetime {
  const { validFromDate, validToDate } = new X509Certificate(certificate);
  const [from, until] = [validFromDate.getTime(), validToDate.getTime()];
  const made = from + BACKDATE_MS;
  const life = until - made;
  return { from, renewAt: made + (life * 2) / 3, changeBy: made + (life * 5) / 6, until };
}

/** Why a stored authority cannot sign now, or undefined when it can. */
export function authorityProblem({ certificate, key }: KeyedCertificate, now: number): string | undefined {
  try {
    const parsed = new X509Certificate(certificate);
    if (!parsed.ca) return 'it is not a certificate authority';
    if (!parsed.checkPrivateKey(createPrivateKey(key))) return 'its key belongs to another certificate';
    const { from, renewAt } = lifetimeOf(certificate);
    if (now < from) return `it is valid from ${parsed.validFrom} only`;
    return now >= renewAt ? `it is due for renewal: it ends ${parsed.validTo}` : undefined;
  } catch (error) {
    return `it cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}
