import type { KubeApi } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import type { Logger } from '../../logging/logger.ts';
import {
  BACKDATE_MS,
  CA_LIFETIME_MS,
  createLeaf,
  LEAF_LIFETIME_MS,
  type KeyedCertificate,
} from './authority.ts';
import { bundleOf, ensureAuthority, type AuthorityRecord } from './authority-secret.ts';
import { mergedBundle } from './bundle.ts';
import { lifetimeOf, type Lifetime } from './validity.ts';

export interface CertificateTimes {
  caLifetimeMs: number;
  leafLifetimeMs: number;
  /** How long the API server may take to act on a new caBundle: a leaf of a new authority is not served earlier. */
  settleMs: number;
}

export const DEFAULT_TIMES: CertificateTimes = {
  caLifetimeMs: CA_LIFETIME_MS,
  leafLifetimeMs: LEAF_LIFETIME_MS,
  settleMs: 10_000,
};

export interface CertificateKeeperOptions {
  kube: KubeApi;
  clock: Clock;
  namespace: string;
  /** DNS names and IP addresses that the API server calls. */
  hosts: readonly string[];
  /** Makes sure that the API server is told to trust this PEM bundle, and returns when that is stored. */
  publish: (bundle: string) => Promise<void>;
  /** Serves another leaf from now on. */
  serve: (leaf: KeyedCertificate) => Promise<void>;
  logger: Logger;
  times?: CertificateTimes;
  /** 0 to 1: replicas that started together do not renew together. */
  random?: () => number;
}

/** Milliseconds between two looks when nothing is due: mends a deleted Secret or a blanked bundle that no watch told of. */
const LOOK_MS = 60_000;

/** What is served, and whose it is: the key stays at hand, so that a due leaf need not wait for a new authority. */
interface ServedLeaf extends Lifetime {
  authority: KeyedCertificate;
}

/** Keeps the served certificate valid and trusted. `refresh` is level-based: call it as often as you like. */
export class CertificateKeeper {
  readonly #options: CertificateKeeperOptions;
  readonly #times: CertificateTimes;
  #leaf: ServedLeaf | undefined;
  #published = { bundle: '', since: 0 };
  #readyAt = Infinity;

  constructor(options: CertificateKeeperOptions) {
    this.#options = options;
    this.#times = options.times ?? DEFAULT_TIMES;
  }

  /** End of the served leaf in milliseconds since the epoch; undefined before there is one. */
  get expiry(): number | undefined {
    return this.#leaf?.until;
  }

  /** Whether the API server can be expected to trust what is served: a replica that starts in a rotation waits. */
  get trusted(): boolean {
    return this.#options.clock.now() >= this.#readyAt;
  }

  /**
   * One look: the authority exists, its bundle is published, a leaf of it is served. In a rotation the new authority is
   * published beside the old one first, and its leaf served only when the API server had time to see that. Gives the
   * milliseconds until the next look.
   */
  async refresh(): Promise<number> {
    const { kube, clock, namespace, publish, logger } = this.#options;
    const authority = await ensureAuthority({
      kube,
      namespace,
      now: clock.now(),
      lifetimeMs: this.#times.caLifetimeMs,
      serving: this.#leaf?.authority.certificate,
      onRotation: (why) => logger.info('making a new certificate authority', { why }),
    });
    // At start first the listener: a registration without one would cost each new node a failed call.
    const leaf = this.#leaf ?? (await this.#serve(authority.current));
    const bundle = mergedBundle(bundleOf(authority), leaf.authority.certificate, clock.now());
    await publish(bundle);
    const now = clock.now();
    if (bundle !== this.#published.bundle) this.#published = { bundle, since: now };
    this.#readyAt = Math.min(this.#readyAt, this.#trustedAt(authority, now));
    return this.#refreshLeaf(authority.current, leaf);
  }

  /** While an authority that has a predecessor is young, the API server may know the predecessor only. */
  #trustedAt({ current, previous }: AuthorityRecord, now: number): number {
    const { from } = lifetimeOf(current.certificate);
    const isYoung = previous !== undefined && now < from + BACKDATE_MS + this.#times.settleMs;
    return isYoung ? now + this.#times.settleMs : now;
  }

  async #refreshLeaf(current: KeyedCertificate, leaf: ServedLeaf): Promise<number> {
    const now = this.#options.clock.now();
    const unsettled = this.#published.since + this.#times.settleMs - now;
    const isOld = leaf.authority.certificate !== current.certificate;
    // A leaf that is due is renewed by its own authority meanwhile; two rotations in a row may outlast that one.
    const { from, changeBy } = lifetimeOf(leaf.authority.certificate);
    const mustWait = isOld && unsettled > 0 && from <= now && now < changeBy;
    const isDue = now >= leaf.renewAt || now < leaf.from;
    const signer = mustWait ? leaf.authority : current;
    const served =
      isDue || signer.certificate !== leaf.authority.certificate ? await this.#serve(signer) : leaf;
    const due = Math.min(served.renewAt, lifetimeOf(current.certificate).renewAt) - this.#options.clock.now();
    const rest = mustWait ? Math.min(unsettled, changeBy - this.#options.clock.now()) : LOOK_MS;
    return Math.max(0, Math.min(LOOK_MS, due, rest));
  }

  /** Serves a new leaf of the authority; it never outlives that. */
  async #serve(authority: KeyedCertificate): Promise<ServedLeaf> {
    const { clock, hosts, serve, logger, random = Math.random } = this.#options;
    const rest = lifetimeOf(authority.certificate).until - clock.now();
    const lifetimeMs = Math.min(this.#times.leafLifetimeMs, rest);
    const pem = await createLeaf(authority, hosts, clock.now(), lifetimeMs);
    await serve(pem);
    const life = lifetimeOf(pem.certificate);
    const served = { ...life, authority, renewAt: life.renewAt - random() * 0.1 * lifetimeMs };
    this.#leaf = served;
    logger.info('serving a new certificate', { hosts, until: new Date(life.until).toISOString() });
    return served;
  }
}
