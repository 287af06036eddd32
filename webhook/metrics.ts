import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { AnswerCounts } from '../kube/answer-counts.ts';
import type { Reflector } from '../kube/reflector.ts';

/** What the gauges show, read when Prometheus asks. */
export interface GaugeSources {
  caches: Readonly<Record<string, Pick<Reflector<unknown>, 'lastEventAge' | 'counts'>>>;
  answers: AnswerCounts;
  isLeader: () => boolean;
  /** End of the served certificate, in milliseconds since the epoch. */
  certificateExpiry: () => number | undefined;
}

/** A registry with the process's own metrics; each part registers its counters in it. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

export function registerGauges(registry: Registry, sources: GaugeSources): void {
  const registers = [registry];
  const { caches, answers, isLeader, certificateExpiry } = sources;
  new Gauge({
    name: 'kubectl_nvme_watch_age_seconds',
    help: 'Time since the API server last told us anything of a kind; bookmarks come about every minute.',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const [kind, cache] of Object.entries(caches)) this.set({ kind }, cache.lastEventAge() / 1000);
    },
  });
  new Gauge({
    name: 'kubectl_nvme_watch_errors_total',
    help: 'Lists and watches that failed, by kind.',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const [kind, cache] of Object.entries(caches)) this.set({ kind }, cache.counts.errors);
    },
  });
  new Gauge({
    name: 'kubectl_nvme_watches_total',
    help: 'Watches begun, by kind; the API server ends each after five to ten minutes.',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const [kind, cache] of Object.entries(caches)) this.set({ kind }, cache.counts.watches);
    },
  });
  new Gauge({
    name: 'kubectl_nvme_api_requests_total',
    help: 'Answers of the API server to our requests, by method and code; watches count once.',
    labelNames: ['method', 'code'],
    registers,
    collect() {
      for (const { method, code, count } of answers.all()) this.set({ method, code }, count);
    },
  });
  new Gauge({
    name: 'kubectl_nvme_leader',
    help: '1 while this replica runs the controllers.',
    registers,
    collect() {
      this.set(isLeader() ? 1 : 0);
    },
  });
  new Gauge({
    name: 'kubectl_nvme_certificate_expiry_timestamp_seconds',
    help: 'End of the served certificate; 0 before there is one.',
    registers,
    collect() {
      this.set((certificateExpiry() ?? 0) / 1000);
    },
  });
}
