import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LabContext } from '../context.ts';
import { LabError } from '../errors.ts';
import { runningProcess } from '../process/tracked.ts';
import { guestExec } from './guest-exec.ts';
import type { Machine } from './machine.ts';
import { driveOf } from './plugging.ts';
import { machineProcess } from './power.ts';
import { BACKING_FILE, driveFile } from './qemu.ts';

const BACKING_MOUNT = '/var/lib/lab/drives';

/**
 * The SHA-256 of a drive's bytes, read on the host: a translated guest takes minutes for it. What the guest's page
 * cache holds for the drive is written first, and the file system with imitated drives stands still meanwhile.
 */
export async function driveDigest(
  ctx: LabContext,
  machineDir: string,
  machine: Machine,
  id: string,
): Promise<string> {
  const drive = driveOf(machine, id);
  const labDir = join(machineDir, '..', '..');
  const on = (await runningProcess(labDir, machineProcess(machine.name))) !== undefined;
  if (on) await guestExec(machine, ['sync']);
  if (drive.imitation === undefined)
    return await sha256(createReadStream(join(machineDir, driveFile(drive))));
  if (on) await guestExec(machine, ['fsfreeze', '--freeze', BACKING_MOUNT]);
  try {
    return await fileInImage(ctx, join(machineDir, BACKING_FILE), `/${drive.imitation.file}`);
  } finally {
    if (on) await guestExec(machine, ['fsfreeze', '--unfreeze', BACKING_MOUNT]);
  }
}

async function fileInImage(ctx: LabContext, image: string, file: string): Promise<string> {
  const child = spawn('debugfs', ['-R', `cat ${file}`, image], {
    env: { PATH: ctx.env.PATH, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'close') as Promise<[number | null]>;
  const digest = await sha256(child.stdout);
  const [exitCode] = await ended;
  if (exitCode !== 0)
    throw new LabError('Exited', `debugfs could not read ${file} of ${image}: exit code ${String(exitCode)}`);
  return digest;
}

async function sha256(bytes: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of bytes) hash.update(chunk);
  return hash.digest('hex');
}
