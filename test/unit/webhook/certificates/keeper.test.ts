import { X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { secrets } from '../../../../kube/resources.ts';
import { createLogger } from '../../../../logging/logger.ts';
import { BACKDATE_MS, type KeyedCertificate } from '../../../../webhook/certificates/authority.ts';
import { AUTHORITY_SECRET, ensureAuthority } from '../../../../webhook/certificates/authority-secret.ts';
import { certificatesIn } from '../../../../kube/pem.ts';
import { CertificateKeeper } from '../../../../webhook/certificates/keeper.ts';
import { isSignedBy } from '../../../builders/certificates.ts';
import { lifetimeOf } from '../../../../webhook/certificates/validity.ts';
import { SteppedClock } from '../../../fakes/clock.ts';
import { FakeKube } from '../../../fakes/kube.ts';

const HOUR = 3_600_000;
const namespace = 'kubectl-nvme';
const times = { caLifetimeMs: 30 * HOUR, leafLifetimeMs: 3 * HOUR, settleMs: 10_000 };

let kube: FakeKube;
let clock: SteppedClock;
let steps: string[];

interface Replica {
  keeper: CertificateKeeper;
  leaf: () => KeyedCertificate;
  bundle: () => string;
}

beforeEach(() => {
  clock = new SteppedClock();
  kube = new FakeKube(clock);
  steps = [];
});

function replica(lives = times): Replica {
  let served: KeyedCertificate | undefined;
  let published = '';
  const keeper = new CertificateKeeper({
    ...{ kube, clock, namespace, times: lives },
    hosts: ['127.0.0.1'],
    logger: createLogger(() => undefined, clock),
    random: () => 0,
    publish: (bundle) => {
      published = bundle;
      steps.push('publish');
      return Promise.resolve();
    },
    serve: (leaf) => {
      served = leaf;
      steps.push('serve');
      return Promise.resolve();
    },
  });
  const leaf = (): KeyedCertificate => served ?? { certificate: '', key: '' };
  return { keeper, leaf, bundle: () => published };
}

const trusts = ({ bundle, leaf }: Replica): boolean =>
  certificatesIn(bundle()).some((authority) => isSignedBy(leaf().certificate, authority));

describe('keeping the certificate', () => {
  it('makes CA and leaf once, listens before it registers, and then changes nothing', async () => {
    const one = replica();
    expect(await one.keeper.refresh()).toBe(60_000);
    expect(steps).toEqual(['serve', 'publish']);
    const first = one.leaf();
    await one.keeper.refresh();
    expect(one.leaf()).toBe(first);
    expect(kube.writes).toHaveLength(1);
  });

  it('has two replicas that start together share one CA', async () => {
    const [one, two] = [replica(), replica()];
    await Promise.all([one.keeper.refresh(), two.keeper.refresh()]);
    expect(one.bundle()).toBe(two.bundle());
    expect(trusts(one) && trusts(two)).toBe(true);
  });

  it('renews the leaf at two thirds of its life', async () => {
    const one = replica();
    await one.keeper.refresh();
    const first = one.leaf();
    clock.step(2 * HOUR - 1000);
    expect(await one.keeper.refresh()).toBe(1000);
    clock.step(1000);
    await one.keeper.refresh();
    expect(one.leaf()).not.toBe(first);
    expect(trusts(one)).toBe(true);
  });

  it('renews at once when the clock was set back before the leaf’s beginning', async () => {
    const one = replica();
    await one.keeper.refresh();
    clock.step(-30 * HOUR);
    await one.keeper.refresh();
    clock.step(20_000);
    await one.keeper.refresh();
    expect(new X509Certificate(one.leaf().certificate).validFromDate.getTime()).toBeLessThan(clock.now());
    expect(trusts(one)).toBe(true);
  });

  it('publishes the new CA beside the old one before any leaf of it is served', async () => {
    const [one, two] = [replica(), replica()];
    await one.keeper.refresh();
    await two.keeper.refresh();
    clock.step(20 * HOUR);
    // Leaves of long ago are renewed by the old CA first, were it not due itself.
    await one.keeper.refresh();
    expect(certificatesIn(one.bundle())).toHaveLength(2);
    expect(trusts(one)).toBe(true);
    clock.step(5_000);
    await two.keeper.refresh();
    expect(two.bundle()).toBe(one.bundle());
    expect(isSignedBy(one.leaf().certificate, certificatesIn(one.bundle())[0] ?? '')).toBe(false);
    clock.step(5_000);
    await one.keeper.refresh();
    expect(isSignedBy(one.leaf().certificate, certificatesIn(one.bundle())[0] ?? '')).toBe(true);
    expect(trusts(two)).toBe(true);
  });

  it.each<[string, () => void]>([
    ['deleted', () => kube.remove(secrets, AUTHORITY_SECRET, namespace)],
    ['emptied', () => kube.change(secrets, AUTHORITY_SECRET, (secret) => delete secret.data, namespace)],
    [
      'damaged',
      () =>
        kube.change(
          secrets,
          AUTHORITY_SECRET,
          (secret) => (secret.data = { ...secret.data, 'ca.key': 'eA==' }),
          namespace,
        ),
    ],
  ])('makes a new CA when the Secret was %s, and its own leaf of it', async (_, damage) => {
    const one = replica();
    await one.keeper.refresh();
    const first = one.leaf();
    damage();
    await one.keeper.refresh();
    expect(one.leaf()).toBe(first);
    clock.step(10_000);
    await one.keeper.refresh();
    expect(one.leaf()).not.toBe(first);
    expect(trusts(one)).toBe(true);
  });

  it('renews a due leaf by its own CA while the API server is being told of another', async () => {
    const one = replica();
    await one.keeper.refresh();
    const [authority = ''] = certificatesIn(one.bundle());
    // A rotation and a deleted Secret in a row: each wait begins anew, and the leaf's end does not wait with them.
    clock.step(2 * HOUR - 5_000);
    kube.remove(secrets, AUTHORITY_SECRET, namespace);
    expect(await one.keeper.refresh()).toBe(5_000);
    clock.step(5_000);
    kube.remove(secrets, AUTHORITY_SECRET, namespace);
    await one.keeper.refresh();
    expect(lifetimeOf(one.leaf().certificate).from).toBe(clock.now() - BACKDATE_MS);
    expect(isSignedBy(one.leaf().certificate, authority)).toBe(true);
    expect(trusts(one)).toBe(true);
  });

  it('does not wait for the API server until the old CA has ended: rotations may follow each other', async () => {
    const one = replica({ caLifetimeMs: 12_000, leafLifetimeMs: 5_000, settleMs: 8_000 });
    // What a look takes on a busy machine.
    const slowness = 500;
    const authorities = new Set<string>();
    for (const end = clock.now() + 36_000; clock.now() < end;) {
      const before = authorities.size;
      const wait = await one.keeper.refresh();
      authorities.add(one.bundle());
      expect(lifetimeOf(one.leaf().certificate).until).toBeGreaterThan(clock.now() + wait + slowness);
      if (authorities.size > before) await kube.delete(secrets, AUTHORITY_SECRET, { namespace });
      await clock.advance(wait + slowness);
    }
    expect(authorities.size).toBeGreaterThan(3);
  });

  it('keeps the CA of the served leaf published when Secret and registration were lost together', async () => {
    const one = replica();
    await one.keeper.refresh();
    kube.remove(secrets, AUTHORITY_SECRET, namespace);
    await one.keeper.refresh();
    expect(certificatesIn(one.bundle())).toHaveLength(2);
    expect(trusts(one)).toBe(true);
    const two = replica();
    await two.keeper.refresh();
    expect(two.bundle()).toBe(one.bundle());
  });

  it('is not trusted yet when it starts while the API server is being told of a new CA', async () => {
    const one = replica();
    await one.keeper.refresh();
    expect(one.keeper.trusted).toBe(true);
    kube.remove(secrets, AUTHORITY_SECRET, namespace);
    await one.keeper.refresh();
    const two = replica();
    await two.keeper.refresh();
    expect([one.keeper.trusted, two.keeper.trusted]).toEqual([true, false]);
    clock.step(10_000);
    expect(two.keeper.trusted).toBe(true);
  });

  it('never serves a leaf that outlives its CA', async () => {
    const one = replica();
    await one.keeper.refresh();
    const [authority = ''] = certificatesIn(one.bundle());
    clock.step(20 * HOUR - 1_000);
    await one.keeper.refresh();
    expect(lifetimeOf(one.leaf().certificate).until).toBeLessThanOrEqual(lifetimeOf(authority).until);
  });

  it('takes what another replica wrote while it made its own', async () => {
    const source = { kube, namespace, now: clock.now(), lifetimeMs: HOUR };
    let others = '';
    kube.before('create', 'secrets', async () => {
      others = (await ensureAuthority(source)).current.certificate;
    });
    expect((await ensureAuthority(source)).current.certificate).toBe(others);
  });
});
