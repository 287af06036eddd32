import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AssetContext } from './context.ts';
import type { ImageAsset } from './oci.ts';
import { run } from './run.ts';

/** The containerd that runs on the host for the time of an import did not come up. */
export class HostContainerdError extends Error {
  readonly log: string;

  constructor(log: string, cause?: unknown) {
    super(`containerd, started on the host to unpack images, did not answer within 30 s; its log:\n${log}`, {
      cause,
    });
    this.name = 'HostContainerdError';
    this.log = log;
  }
}

/** The programs that unpack images; the same that the nodes run, so that the formats agree. */
export interface ImportPrograms {
  containerd: string;
  ctr: string;
}

/**
 * Imports images into `root`, a containerd root that a node will use as its `/var/lib/containerd`. The host's
 * native containerd does in seconds what takes a node under TCG minutes. Needs root, for the owners of files.
 */
export async function importImages(
  ctx: AssetContext,
  programs: ImportPrograms,
  root: string,
  images: readonly ImageAsset[],
): Promise<void> {
  // A socket's path has 108 bytes at most, so it does not lie in the cache.
  const scratch = await mkdtemp(join(tmpdir(), 'kubectl-nvme-'));
  try {
    await withContainerd(ctx, programs, root, scratch, async (socket) => {
      for (const image of images) {
        ctx.progress(`node disk: unpacking ${image.ref}`);
        const client = ['--address', socket, '--namespace', 'k8s.io'];
        await run(ctx, programs.ctr, [
          ...client,
          'images',
          'import',
          '--local',
          '--platform',
          'linux/amd64',
          image.tar,
        ]);
      }
    });
    await rm(join(root, 'tmpmounts'), { recursive: true, force: true });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function withContainerd(
  ctx: AssetContext,
  programs: ImportPrograms,
  root: string,
  scratch: string,
  work: (socket: string) => Promise<void>,
): Promise<void> {
  const socket = join(scratch, 'c.sock');
  const log = join(scratch, 'log');
  const configFile = join(scratch, 'config.toml');
  await mkdir(root, { recursive: true });
  await writeFile(configFile, containerdConfig(root, scratch, socket));
  const script = 'exec "$0" --config "$1" >"$2" 2>&1';
  const setpriv = ['--pdeathsig', 'KILL', '--', 'sh', '-c', script, programs.containerd, configFile, log];
  const daemon = spawn('setpriv', setpriv, { env: { ...ctx.env }, stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    daemon.once('close', () => resolve());
    daemon.once('error', () => resolve());
  });
  try {
    await answered(ctx, programs.ctr, socket, log);
    await work(socket);
  } finally {
    daemon.kill('SIGTERM');
    const late = AbortSignal.timeout(15_000);
    late.addEventListener('abort', () => daemon.kill('SIGKILL'));
    await ended;
  }
}

async function answered(ctx: AssetContext, ctr: string, socket: string, log: string): Promise<void> {
  const limit = AbortSignal.timeout(30_000);
  for (;;) {
    try {
      if (existsSync(socket)) {
        await run(ctx, ctr, ['--address', socket, 'version']);
        return;
      }
    } catch (error) {
      if (limit.aborted) throw new HostContainerdError(await readFile(log, 'utf8'), error);
    }
    if (limit.aborted) throw new HostContainerdError(existsSync(log) ? await readFile(log, 'utf8') : '');
    await delay(100, undefined, { signal: ctx.signal });
  }
}

/** A containerd that only stores and unpacks: no CRI, no network, nothing outside its two folders. */
export function containerdConfig(root: string, state: string, socket: string): string {
  const disabled = [
    ...['io.containerd.grpc.v1.cri', 'io.containerd.cri.v1.images', 'io.containerd.cri.v1.runtime'],
    ...['io.containerd.nri.v1.nri', 'io.containerd.internal.v1.opt', 'io.containerd.monitor.task.v1.cgroups'],
  ];
  return [
    'version = 3',
    `root = ${JSON.stringify(root)}`,
    `state = ${JSON.stringify(join(state, 'state'))}`,
    `disabled_plugins = ${JSON.stringify(disabled)}`,
    '[grpc]',
    `  address = ${JSON.stringify(socket)}`,
    '[ttrpc]',
    `  address = ${JSON.stringify(`${socket}.ttrpc`)}`,
    '',
  ].join('\n');
}
