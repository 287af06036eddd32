import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveBinaries } from '../assets/binaries.ts';
import { freePorts } from '../cluster/ports.ts';
import type { LabContext } from '../context.ts';
import type { Lab } from '../lab.ts';
import { endProcesses, spawnTracked, type TrackedProcess } from '../process/tracked.ts';
import { untilReady } from '../process/until-ready.ts';
import { kubeletStages } from './stages.ts';

export interface KwokOptions {
  /** `key=value`: the nodes whose kubelets it is. */
  labelSelector: string;
  /** What each node reports as soon as it is there, `Ready` among its conditions. */
  nodeStatus: object;
  /** Of the nodes' leases, which are renewed four times in it; 40 as a kubelet has. */
  leaseSeconds: number;
}

/** kwok at work. */
export interface Kwok {
  process: TrackedProcess;
  /** Kills it: its nodes stay, and are no longer heard of. */
  stop(): Promise<void>;
}

/** Starts kwok beside the API server: nodes of a label are made Ready, and their pods run, without machines. */
export async function startKwok(ctx: LabContext, lab: Lab, options: KwokOptions): Promise<Kwok> {
  const { kwok } = await resolveBinaries(ctx, ['kwok']);
  const [port = 0] = await freePorts(1);
  const config = join(lab.dir, 'kwok.yaml');
  const documents = [configuration(options), ...kubeletStages(options.nodeStatus)];
  await writeFile(config, documents.map((document) => JSON.stringify(document)).join('\n---\n'));
  const flags = [
    `--config=${config}`,
    `--kubeconfig=${lab.kubeconfig}`,
    `--server-address=127.0.0.1:${port}`,
  ];
  const record = await spawnTracked(lab.dir, {
    name: 'kwok',
    command: [kwok, ...flags],
    cwd: lab.dir,
    // It looks for a configuration of the user's in HOME.
    env: { HOME: lab.dir },
    diesWithParent: ctx.lifetime === 'owner',
  });
  await untilReady(ctx, record, `http://127.0.0.1:${port}/healthz`);
  return { process: record, stop: () => endProcesses(lab.dir, [record]) };
}

/** Four at a time, its default, fall behind where more than about 80 nodes a second are born. */
const PARALLEL = 16;

const configuration = ({ labelSelector, leaseSeconds }: KwokOptions): object => ({
  ...{ apiVersion: 'config.kwok.x-k8s.io/v1alpha1', kind: 'KwokConfiguration' },
  options: {
    manageAllNodes: false,
    manageNodesWithLabelSelector: labelSelector,
    nodeLeaseDurationSeconds: leaseSeconds,
    ...{ nodePlayStageParallelism: PARALLEL, podPlayStageParallelism: PARALLEL },
    nodeLeaseParallelism: PARALLEL,
  },
});
