import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '../cluster/ports.ts';
import type { LabContext } from '../context.ts';
import type { Lab } from '../lab.ts';
import { endProcesses, spawnTracked } from '../process/tracked.ts';
import { untilReady } from '../process/until-ready.ts';
import { serviceAccountKubeconfig } from './service-account.ts';

/** The webhook as a process of this machine: where it listens and how to end it. */
export interface WebhookBeside {
  /** What the API server calls. */
  url: string;
  /** `/healthz`, `/readyz` and `/metrics` are below it. */
  healthUrl: string;
  /** What it has written so far. */
  log(): Promise<string>;
  /** Kills it, as a power cut would, and waits until it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts `dist/nvme-webhook` beside the API server, with the rights of its own service account and no more, and
 * comes back when it is ready. `name` tells replicas apart; `extraFlags` are the program's own.
 */
export async function startWebhookBeside(
  ctx: LabContext,
  lab: Lab,
  repoDir: string,
  name = 'webhook',
  extraFlags: readonly string[] = [],
): Promise<WebhookBeside> {
  const kubeconfig = await serviceAccountKubeconfig(ctx, lab, {
    namespace: 'kubectl-nvme',
    account: 'nvme-webhook',
  });
  const [port, health] = await freePorts(2);
  const url = `https://127.0.0.1:${port ?? 0}`;
  const healthUrl = `http://127.0.0.1:${health ?? 0}`;
  const flags = [
    `--kubeconfig=${kubeconfig}`,
    `--url=${url}`,
    `--port=${port ?? 0}`,
    `--health-port=${health ?? 0}`,
    ...extraFlags,
  ];
  const record = await spawnTracked(lab.dir, {
    name,
    command: [join(repoDir, 'dist', 'nvme-webhook'), ...flags, '--namespace=kubectl-nvme'],
    cwd: lab.dir,
    env: { PATH: ctx.env.PATH, HOME: ctx.env.HOME, POD_NAME: name },
    diesWithParent: ctx.lifetime === 'owner',
  });
  await untilReady(ctx, record, `${healthUrl}/readyz`);
  return {
    url,
    healthUrl,
    log: () => readFile(record.log, 'utf8'),
    stop: () => endProcesses(lab.dir, [record]),
  };
}
