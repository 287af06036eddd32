import { absent } from '../../kube/absent.ts';
import type { KubeApi } from '../../kube/api.ts';
import { isAlreadyExists, isConflict } from '../../kube/errors.ts';
import { secrets, type Secret } from '../../kube/resources.ts';
import { createAuthority, type KeyedCertificate } from './authority.ts';
import { authorityProblem } from './validity.ts';

/** Name of the Secret that all replicas share, in the webhook's namespace. */
export const AUTHORITY_SECRET = 'nvme-webhook-ca';

/** What the Secret holds: the authority that signs, and the one before it, whose leaves may still be served. */
export interface AuthorityRecord {
  current: KeyedCertificate;
  previous?: string;
}

export interface AuthoritySource {
  kube: KubeApi;
  namespace: string;
  now: number;
  /** Of an authority that has to be made. */
  lifetimeMs: number;
  /** PEM of the authority whose leaf we serve: it stays in the bundle even if the Secret was lost meanwhile. */
  serving?: string | undefined;
  onRotation?: (why: string) => void;
}

/** PEM for `caBundle`: the signing authority first. */
export const bundleOf = ({ current, previous }: AuthorityRecord): string =>
  current.certificate + (previous ?? '');

const ATTEMPTS = 5;

/**
 * The replicas' common authority: read, or made when there is none, or replaced when it is damaged or due. Of two
 * replicas that race one wins, and the other takes what the winner wrote.
 */
export async function ensureAuthority(source: AuthoritySource): Promise<AuthorityRecord> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      return await readOrWrite(source);
    } catch (error) {
      // Another replica was faster: look at what it made.
      if (!isAlreadyExists(error) && !isConflict(error)) throw error;
    }
  }
  throw new Error(
    `The Secret ${source.namespace}/${AUTHORITY_SECRET} changed at each of ${ATTEMPTS} attempts to write it; trying again later`,
  );
}

async function readOrWrite(source: AuthoritySource): Promise<AuthorityRecord> {
  const { kube, namespace, now, lifetimeMs, onRotation, serving } = source;
  const found = await read(source);
  const record = found && decode(found);
  const why = record ? authorityProblem(record.current, now) : 'there is none that can be read';
  if (record && why === undefined) return record;
  onRotation?.(why ?? '');
  const current = await createAuthority(now, lifetimeMs);
  const before = new Set([record?.current.certificate ?? '', serving ?? '']);
  const previous = [...before].join('');
  const next = previous === '' ? { current } : { current, previous };
  const secret = encode(namespace, next, found?.metadata?.resourceVersion);
  if (found) await kube.replace(secrets, AUTHORITY_SECRET, secret, { namespace });
  else await kube.create(secrets, secret, { namespace });
  return next;
}

const read = ({ kube, namespace }: AuthoritySource): Promise<Secret | undefined> =>
  absent(kube.get(secrets, AUTHORITY_SECRET, { namespace }));

function encode(namespace: string, record: AuthorityRecord, resourceVersion: string | undefined): Secret {
  const { current, previous } = record;
  const data = {
    'ca.crt': current.certificate,
    'ca.key': current.key,
    ...(previous === undefined ? {} : { 'previous.crt': previous }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    // Not kubernetes.io/tls: a type cannot be changed, and a damaged Secret of any type must be mendable.
    metadata: {
      name: AUTHORITY_SECRET,
      namespace,
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    ),
  };
}

function decode({ data = {} }: Secret): AuthorityRecord | undefined {
  const text = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString('utf8');
  const [certificate, key, previous] = [text('ca.crt'), text('ca.key'), text('previous.crt')];
  if (certificate === '' || key === '') return undefined;
  return { current: { certificate, key }, ...(previous === '' ? {} : { previous }) };
}
