import { performance } from 'node:perf_hooks';
import {
  CLEANUP,
  DRIVE_COUNT,
  HOSTNAME_LABEL,
  NODE_LABEL,
  NODE_UID,
  PROVISIONED_BY,
  PROVISIONER,
  VOLUME_IDENTITY,
} from '../api/keys.ts';
import type { KubeApi } from '../kube/api.ts';
import { nodes, nvmeProfiles, persistentVolumes } from '../kube/resources.ts';
import { table } from '../lab/cli/table.ts';
import type { LabContext } from '../lab/context.ts';
import { applyManifests, repoDir } from '../lab/install/install.ts';
import { startWebhookBeside, type WebhookBeside } from '../lab/install/webhook-beside.ts';
import type { Lab } from '../lab/lab.ts';
import { benchInLab } from './in-lab.ts';
import { residentBytes } from '../lab/process/identity.ts';
import { runningProcess } from '../lab/process/tracked.ts';
import { waitFor } from '../lab/wait.ts';
import { inParallel } from '../kube/in-parallel.ts';
import { parseSeries, sumOf } from './prometheus.ts';
import { realKube } from '../test/builders/real-kube.ts';

const NODES = 2_000;
const VOLUMES_PER_NODE = 4;
const DELETED = 250;
const GRACE_MS = 5_000;
const PARALLEL = 48;
const label = { 'bench.kubectl-nvme.dev/node': 'yes' };

interface Figures {
  orphans: number;
  /** From the end of the grace period to the last volume gone. */
  seconds: number;
  /** Deletions that the API server was asked for, per volume. */
  deletionsPerObject: number;
  /** Answers to its deletions by their code: a 409 is the API server's word that the volume has changed since it was seen. */
  deletionAnswers: Record<string, number>;
  /** All its writes by its own count, Events, record and lease included, per volume. */
  writesPerObject: number;
  residentMiB: number;
}

/** Clean-up of 1,000 volumes of 250 nodes that are deleted at once, in a cluster of 2,000 nodes, on a real API server. */
export async function benchCleanup(
  ctx: LabContext,
  write: (text: string) => void,
  json: boolean,
): Promise<void> {
  await benchInLab(ctx, { name: 'cleanup', write, json, measure: (lab) => measure(ctx, lab), report });
}

async function measure(ctx: LabContext, lab: Lab): Promise<Figures> {
  const kube = await realKube(lab.kubeconfig, { maxConnections: PARALLEL });
  await applyManifests(ctx, lab, { image: 'kubectl-nvme:none' });
  await kube.create(nvmeProfiles, {
    apiVersion: 'kubectl-nvme.dev/v1alpha1',
    kind: 'NVMeProfile',
    metadata: { name: 'bench' },
    spec: { nodeSelector: { matchLabels: { none: 'of-these' } } },
  });
  await populate(ctx, kube);
  const webhook = await startWebhookBeside(ctx, lab, repoDir, 'webhook', ['--no-admission']);
  await untilAtRest(ctx, kube);
  await untilSeen(ctx, kube);
  const before = await requests(webhook);
  ctx.progress(`deleting ${DELETED} nodes`);
  const due = performance.now() + GRACE_MS;
  await inParallel(
    Array.from({ length: DELETED }, (_, index) => index),
    PARALLEL,
    (index) => kube.delete(nodes, nameOf(index)),
  );
  const orphans = DELETED * VOLUMES_PER_NODE;
  const left = (): Promise<number> => countVolumes(kube);
  let now = orphans;
  const patience = { timeoutMs: 300_000, intervalMs: 200, signal: ctx.signal, lastSeen: () => `${now} left` };
  await waitFor('the orphans to be gone', patience, async () => {
    now = (await left()) - (NODES - DELETED) * VOLUMES_PER_NODE;
    return now === 0 ? true : undefined;
  });
  const seconds = (performance.now() - due) / 1000;
  const after = await requests(webhook);
  const process = await runningProcess(lab.dir, 'webhook');
  const residentMiB = process === undefined ? Number.NaN : residentBytes(process) / 2 ** 20;
  await webhook.stop();
  return {
    orphans,
    seconds: Math.round(seconds * 10) / 10,
    deletionsPerObject: (after.deletions - before.deletions) / orphans,
    deletionAnswers: after.answers,
    writesPerObject: Math.round(((after.writes - before.writes) / orphans) * 100) / 100,
    residentMiB: Math.round(residentMiB),
  };
}

async function populate(ctx: LabContext, kube: KubeApi): Promise<void> {
  ctx.progress(`making ${NODES} nodes with ${VOLUMES_PER_NODE} volumes each`);
  await inParallel(
    Array.from({ length: NODES }, (_, index) => index),
    PARALLEL,
    async (index) => {
      const name = nameOf(index);
      const labels = { ...label, [HOSTNAME_LABEL]: name };
      const node = await kube.create(nodes, {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name, labels },
        spec: {},
      });
      for (let number = 0; number < VOLUMES_PER_NODE; number += 1) {
        await kube.create(persistentVolumes, volume(name, node.metadata?.uid ?? '', number));
      }
    },
  );
}

const nameOf = (index: number): string => `bench-${String(index).padStart(4, '0')}`;

function volume(node: string, uid: string, number: number): object {
  const name = `${node}-${number}`;
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      labels: { ...label, [NODE_LABEL]: node },
      annotations: {
        [PROVISIONED_BY]: PROVISIONER,
        [NODE_UID]: uid,
        [VOLUME_IDENTITY]: name,
        [DRIVE_COUNT]: String(VOLUMES_PER_NODE),
        [CLEANUP]: JSON.stringify({
          orphans: 'Delete',
          boundGracePeriod: `${GRACE_MS / 1000}s`,
          protect: 'None',
        }),
      },
    },
    spec: {
      capacity: { storage: '100Gi' },
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 'bench',
      local: { path: `/pv-disks/${name}/data` },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: HOSTNAME_LABEL, operator: 'In', values: [node] }] },
          ],
        },
      },
    },
  };
}

async function countVolumes(kube: KubeApi): Promise<number> {
  const { items, metadata } = await kube.list(persistentVolumes, { limit: 1 });
  return items.length + (metadata.remainingItemCount ?? 0);
}

/** What the webhook itself counts of its requests: deletions, and all writes, Events, record and lease included. */
async function requests({ healthUrl }: WebhookBeside): Promise<Requests> {
  const all = parseSeries(await (await fetch(`${healthUrl}/metrics`)).text());
  const sum = (method: RegExp): number => sumOf(all, REQUESTS, (one) => method.test(one));
  const deletions = all.filter(({ name, labels }) => name === REQUESTS && labels.includes('"DELETE"'));
  const answers = deletions.map(({ labels, value }) => [/code="(\d+)"/.exec(labels)?.[1] ?? '', value]);
  return {
    deletions: sum(/"DELETE"/),
    answers: Object.fromEntries(answers) as Record<string, number>,
    writes: sum(/"(?:DELETE|POST|PUT|PATCH)"/),
  };
}

const REQUESTS = 'kubectl_nvme_api_requests_total';

interface Requests {
  deletions: number;
  answers: Record<string, number>;
  writes: number;
}

/** Waits until the control plane itself has nothing left to do about so many new objects: it shares the machine. */
async function untilAtRest(ctx: LabContext, kube: KubeApi): Promise<void> {
  ctx.progress('waiting until the control plane is at rest');
  const writes = async (): Promise<number> =>
    sumOf(parseSeries(await kube.raw('/metrics')), 'apiserver_request_total', (labels) =>
      /verb="(?:POST|PUT|PATCH|DELETE)"/.test(labels),
    );
  let before = await writes();
  const patience = {
    timeoutMs: 300_000,
    intervalMs: 5_000,
    signal: ctx.signal,
    lastSeen: () => `${before} writes`,
  };
  await waitFor('the control plane to be at rest', patience, async () => {
    const now = await writes();
    const isResting = now - before < 100;
    before = now;
    return isResting ? true : undefined;
  });
}

const answersOf = ({ deletionAnswers }: Figures): string =>
  Object.entries(deletionAnswers)
    .map(([code, count]) => `${count} × ${code}`)
    .join(', ');

/**
 * A volume whose first phase Kubernetes writes at this moment is not the one any more that a deletion names: that answers 409.
 * Goes on after a minute, because the answers are printed.
 */
async function untilSeen(ctx: LabContext, kube: KubeApi): Promise<void> {
  let left = -1;
  const patience = { timeoutMs: 60_000, intervalMs: 3_000, signal: ctx.signal };
  const seen = waitFor('Kubernetes to have seen each volume', patience, async () => {
    const { items } = await kube.listAll(persistentVolumes);
    left = items.filter(({ status }) => status?.phase !== 'Available').length;
    return left === 0 ? true : undefined;
  });
  await seen.catch(() =>
    ctx.progress(`${left} volumes have no phase yet: their deletions may be answered 409`),
  );
}

function report(figures: Figures): string {
  return table(
    ['CLEAN-UP', 'SECONDS', 'DELETIONS', 'ALL WRITES', 'RESIDENT'],
    [
      [
        `${figures.orphans} orphans of ${NODES * VOLUMES_PER_NODE} volumes`,
        `${figures.seconds} (aim 10)`,
        `${figures.deletionsPerObject} per volume: ${answersOf(figures)}`,
        `${figures.writesPerObject} per volume (aim 1.1)`,
        `${figures.residentMiB}Mi (aim 150)`,
      ],
    ],
  );
}
