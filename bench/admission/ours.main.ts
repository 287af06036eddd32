// The admission endpoint as nvme-webhook serves it, with one profile and a certificate that the benchmark gives it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import type { NVMeProfile } from '../../api/profile.ts';
import { systemClock } from '../../kube/system-clock.ts';
import { createLogger } from '../../logging/logger.ts';
import { admissionApp } from '../../webhook/admission/app.ts';
import { admissionMetrics } from '../../webhook/admission/metrics.ts';
import { listen } from '../../webhook/admission/server.ts';

const [port = '', folder = ''] = process.argv.slice(2);
const profile: NVMeProfile = {
  apiVersion: 'kubectl-nvme.dev/v1alpha1',
  kind: 'NVMeProfile',
  metadata: { name: 'fast' },
  spec: { nodeSelector: { matchLabels: { disk: 'nvme' } } },
};
const clock = systemClock();
const app = admissionApp({
  profiles: () => [profile],
  metrics: admissionMetrics(new Registry()),
  logger: createLogger((line) => process.stderr.write(line), clock),
});
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const leaf = { certificate: read('tls.crt'), key: read('tls.key') };
await listen(app, leaf, { port: Number(port), host: '127.0.0.1', clock });
