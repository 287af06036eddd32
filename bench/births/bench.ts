import { API_VERSION } from '../../api/group.ts';
import { nvmeProfiles } from '../../kube/resources.ts';
import { table } from '../../lab/cli/table.ts';
import type { LabContext } from '../../lab/context.ts';
import { applyManifests } from '../../lab/install/install.ts';
import { startLab, type Lab } from '../../lab/lab.ts';
import { waitFor } from '../../lab/wait.ts';
import { crash } from '../../test/builders/crash.ts';
import { playBirths, type BirthFigures } from './play.ts';
import { Rollout } from './rollout.ts';
import { realKube } from '../../test/builders/real-kube.ts';

const NODES = 10_000;
const PODS = 1_000;
const LEASE_SECONDS = 4 * 7_200;
const LABEL = ['bench.kubectl-nvme.dev/birth', 'yes'] as const;

/** Births of 10,000 nodes on a real API server, two replicas restarted in turn, 1,000 pods waiting; `count` makes it smaller. */
export async function benchBirths(
  ctx: LabContext,
  write: (text: string) => void,
  json: boolean,
  count = NODES,
): Promise<void> {
  const lab = await startLab(ctx, { controlPlaneOnly: true });
  try {
    // No lease is renewed while this runs: 1,000 writes a second for that would be all that this machine does.
    const patient = ['--node-monitor-grace-period=2h'];
    await crash(lab, 'kube-controller-manager', ctx.signal, patient);
    const figures = await measure(ctx, lab, count);
    if (json) write(`${JSON.stringify({ bench: 'births', nodes: count, ...summary(figures) })}\n`);
    else write(report(count, figures));
  } finally {
    await lab.stop();
  }
}

async function measure(ctx: LabContext, lab: Lab, count: number): Promise<BirthFigures> {
  await applyManifests(ctx, lab, { image: 'kubectl-nvme:none' });
  const kube = await realKube(lab.kubeconfig, { maxConnections: 64, defaultTimeoutMs: 120_000 });
  await kube.create(nvmeProfiles, {
    apiVersion: API_VERSION,
    kind: 'NVMeProfile',
    metadata: { name: 'births' },
    spec: { nodeSelector: { matchLabels: { [LABEL[0]]: LABEL[1] } } },
  });
  // Pods need it, and the controller manager has just begun anew.
  await waitFor('the default service account', { timeoutMs: 60_000, signal: ctx.signal }, () =>
    kube.raw('/api/v1/namespaces/default/serviceaccounts/default').catch(() => undefined),
  );
  const rollout = await Rollout.start(ctx, lab, 'births');
  try {
    return await playBirths({
      ...{ ctx, lab, kube, rollout, nodes: count, pods: Math.round((count * PODS) / NODES) },
      ...{ label: LABEL, prefix: 'born', leaseSeconds: LEASE_SECONDS },
    });
  } finally {
    await rollout.stop();
  }
}

/** Milliseconds at parts of a sorted list. */
function quantiles(values: readonly number[]): { p50: number; p99: number; max: number } {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

const summary = (figures: BirthFigures): object => ({
  ...figures,
  failedCreates: figures.failedCreates.length,
  boundTooEarly: figures.boundTooEarly.length,
  late: figures.lateTaints.length,
  lateTaints: quantiles(figures.lateTaints),
  createMs: quantiles(figures.createMs),
  readyMs: quantiles(figures.readyMs),
  bindMs: quantiles(figures.bindMs),
});

function report(count: number, figures: BirthFigures): string {
  const part = ((100 * figures.taintedInCreate) / count).toFixed(2);
  const times = (values: readonly number[]): string => {
    const { p50, p99, max } = quantiles(values);
    return `p50 ${p50} ms, p99 ${p99} ms, max ${max} ms`;
  };
  const first = figures.failedCreates[0] ?? '';
  return table(
    ['BIRTHS', 'SEEN'],
    [
      [
        'nodes',
        `${count} in ${figures.createSeconds.toFixed(0)} s, ${figures.restarts} restarts of replicas`,
      ],
      ['failed creates (aim 0)', `${figures.failedCreates.length} ${first}`],
      ['tainted in the CREATE (aim 99 %)', `${figures.taintedInCreate}, ${part} %`],
      ['tainted by enrol later', `${figures.lateTaints.length}, ${times(figures.lateTaints)}`],
      ['CREATE, review included', times(figures.createMs)],
      ['Ready, by kwok', `${figures.readyMs.length}, ${times(figures.readyMs)} after the CREATE`],
      ['pods bound before a taint went (aim 0)', String(figures.boundTooEarly.length)],
      ['pods bound after', `${figures.bound}, ${times(figures.bindMs)} after their node’s taint went`],
      ['pods that kwok runs', String(figures.running)],
    ],
  );
}
