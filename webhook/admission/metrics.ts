import { Counter, Histogram, type Registry } from 'prom-client';
import type { AdmissionResult } from './admit.ts';

/** `error`: our own fault, the node was allowed. `refused`: not a review, answered with a 4xx. */
export type ReviewResult = AdmissionResult | 'error' | 'refused';

export interface AdmissionMetrics {
  /** One review was answered after so many seconds. */
  observe(result: ReviewResult, seconds: number): void;
}

export function admissionMetrics(registry: Registry): AdmissionMetrics {
  const reviews = new Counter({
    name: 'kubectl_nvme_admission_reviews_total',
    help: 'Admission reviews by what was done with them.',
    labelNames: ['result'],
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'kubectl_nvme_admission_duration_seconds',
    help: 'Time from the whole request read to the answer written.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2],
    registers: [registry],
  });
  return {
    observe: (result, seconds) => {
      reviews.inc({ result });
      duration.observe(seconds);
    },
  };
}
