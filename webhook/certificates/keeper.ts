import type { KubeApi } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import type { Logger } from '../../logging/logger.ts';
import { CA_LIFETIME_MS, createLeaf, LEAF_LIFETIME_MS, type KeyedCertificate } from './authority.ts';
import { bundleOf, ensureAuthority, type AuthorityRecord } from './authority-secret.ts';
import { isSignedBy, lifetimeOf } from './validity.ts';

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

/** Keeps the served certificate valid and trusted. `refresh` is level-based: call it as often as you like. */
export class CertificateKeeper {
  readonly #options: CertificateKeeperOptions;
  readonly #times: CertificateTimes;
  #leaf: { pem: KeyedCertificate; from: number; renewAt: number; until: number } | undefined;
  #published = { bundle: '', since: 0 };

  constructor(options: CertificateKeeperOptions) {
    this.#options = options;
    this.#times = options.times ?? DEFAULT_TIMES;
  }

  /** End of the served leaf in milliseconds since the epoch; undefined before there is one. */
  get expiry(): number | undefined {
    return this.#leaf?.until;
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
      onRotation: (why) => logger.info('making a new certificate authority', { why }),
    });
    const bundle = bundleOf(authority);
    // At start first the listener: a registration without one would cost each new node a failed call.
    if (this.#leaf === undefined) await this.#serveNew(authority.current);
    await publish(bundle);
    if (bundle !== this.#published.bundle) this.#published = { bundle, since: clock.now() };
    return this.#refreshLeaf(authority);
  }

  async #refreshLeaf({ current }: AuthorityRecord): Promise<number> {
    const { clock } = this.#options;
    const leaf = this.#leaf;
    const now = clock.now();
    if (leaf === undefined) return 0;
    if (!isSignedBy(leaf.pem.certificate, current.certificate)) {
      const rest = this.#published.since + this.#times.settleMs - now;
      return rest > 0 ? rest : this.#serveNew(current);
    }
    if (now >= leaf.renewAt || now < leaf.from) return this.#serveNew(current);
    return Math.min(LOOK_MS, leaf.renewAt - now, lifetimeOf(current.certificate).renewAt - now);
  }

  async #serveNew(authority: KeyedCertificate): Promise<number> {
    const { clock, hosts, serve, logger, random = Math.random } = this.#options;
    const pem = await createLeaf(authority, hosts, clock.now(), this.#times.leafLifetimeMs);
    await serve(pem);
    const { from, renewAt, until } = lifetimeOf(pem.certificate);
    const early = random() * 0.1 * this.#times.leafLifetimeMs;
    this.#leaf = { pem, from, renewAt: renewAt - early, until };
    logger.info('serving a new certificate', { hosts, until: new Date(until).toISOString() });
    const rest = this.#leaf.renewAt - clock.now();
    return Math.max(0, Math.min(LOOK_MS, rest));
  }
}
