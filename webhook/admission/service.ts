import type { Registry } from 'prom-client';
import type { NVMeProfile } from '../../api/profile.ts';
import type { KubeApi } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { LevelLoop } from '../../kube/level-loop.ts';
import { Reflector } from '../../kube/reflector.ts';
import { mutatingWebhooks, secrets, validatingWebhooks } from '../../kube/resources.ts';
import type { Logger } from '../../logging/logger.ts';
import { AUTHORITY_SECRET } from '../certificates/authority-secret.ts';
import { CertificateKeeper, type CertificateTimes } from '../certificates/keeper.ts';
import type { Liveness } from '../liveness.ts';
import { CONFIGURATION_NAME, hostsOf, type WebhookAddress } from '../registration/configuration.ts';
import { register } from '../registration/register.ts';
import { ADMISSION_PATH, admissionApp, PROFILE_PATH } from './app.ts';
import { admissionMetrics } from './metrics.ts';
import { listen, type AdmissionServer } from './server.ts';

export interface AdmissionServiceOptions {
  kube: KubeApi;
  clock: Clock;
  logger: Logger;
  registry: Registry;
  namespace: string;
  address: WebhookAddress;
  port: number;
  bindAddress?: string | undefined;
  times: CertificateTimes;
  profiles: Reflector<NVMeProfile>;
  liveness: Liveness;
}

const RESYNC_MS = 60_000;
const PATHS = { nodes: ADMISSION_PATH, profiles: PROFILE_PATH };

/**
 * Admission as a whole: listens as soon as there is a certificate, registers itself, and mends both when somebody
 * changes them. Needs, in its own namespace: secrets create get list watch update; mutatingwebhookconfigurations and
 * validatingwebhookconfigurations create get list watch update; nvmeprofiles list watch.
 */
export class AdmissionService {
  readonly #options: AdmissionServiceOptions;
  readonly #keeper: CertificateKeeper;
  #server: AdmissionServer | undefined;
  #registered = false;

  constructor(options: AdmissionServiceOptions) {
    this.#options = options;
    const { kube, clock, logger, namespace, address, times } = options;
    this.#keeper = new CertificateKeeper({
      kube,
      clock,
      logger,
      namespace,
      times,
      hosts: hostsOf(address),
      publish: (bundle) => register({ kube, clock, address, paths: PATHS }, bundle),
      serve: (leaf) => this.#serve(leaf),
    });
  }

  /** End of the served certificate, in milliseconds since the epoch. */
  get certificateExpiry(): number | undefined {
    return this.#keeper.expiry;
  }

  /** What keeps the API server from getting right answers now. */
  notReady(): string[] {
    const { profiles, clock } = this.#options;
    const { expiry } = this.#keeper;
    return [
      ...(this.#server === undefined ? ['not listening: there is no certificate yet'] : []),
      ...(this.#registered ? [] : ['not registered with the API server yet']),
      ...(this.#registered && !this.#keeper.trusted ? ['the API server is being told of a new CA'] : []),
      ...(profiles.synced() ? [] : ['the profiles are not known yet']),
      ...(expiry !== undefined && expiry <= clock.now() ? ['the certificate has expired'] : []),
    ];
  }

  /** Keeps certificate and registration right until the signal aborts. The listener stays open: see `close`. */
  async run(signal: AbortSignal): Promise<void> {
    const { kube, clock, logger, namespace, liveness } = this.#options;
    const refresh = liveness.watched('the look at certificate and registration', () =>
      this.#keeper.refresh(),
    );
    const loop = new LevelLoop({
      clock,
      resyncMs: RESYNC_MS,
      gatherMs: 200,
      reconcile: async () => {
        const next = await refresh();
        this.#registered = true;
        return clock.now() + next;
      },
      onError: (error) => logger.warn('certificate or registration not right yet, will try again', { error }),
    });
    const onError = (error: unknown): void => logger.warn('watch interrupted', { error });
    const base = { kube, clock, onError };
    const ofSecret = { namespace, fieldSelector: `metadata.name=${AUTHORITY_SECRET}` };
    const ofHook = { fieldSelector: `metadata.name=${CONFIGURATION_NAME}` };
    const watches = [
      new Reflector({ ...base, ...ofSecret, type: secrets }),
      new Reflector({ ...base, ...ofHook, type: mutatingWebhooks }),
      new Reflector({ ...base, ...ofHook, type: validatingWebhooks }),
    ];
    for (const watch of watches) watch.subscribe(() => loop.poke());
    await Promise.all([loop.run(signal), ...watches.map((watch) => watch.run(signal))]);
  }

  /** Stops listening; running requests have `graceMs` to end. */
  async close(graceMs: number): Promise<void> {
    await this.#server?.close(graceMs);
  }

  async #serve(leaf: { certificate: string; key: string }): Promise<void> {
    const { logger, registry, profiles, port, bindAddress: host, clock } = this.#options;
    if (this.#server) {
      this.#server.use(leaf);
      return;
    }
    const known = (): NVMeProfile[] | undefined => (profiles.synced() ? profiles.store.all() : undefined);
    const app = admissionApp({ profiles: known, metrics: admissionMetrics(registry), logger });
    this.#server = await listen(app, leaf, { port, host, clock });
    logger.info('listening', { port: this.#server.port });
  }
}
