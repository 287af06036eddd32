import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlPlanePorts } from './cluster/components.ts';
import type { LabContext } from './context.ts';
import { LabError } from './errors.ts';
import { readJson, writeJson } from './json-file.ts';
import { isRunning, type ProcessIdentity } from './process/identity.ts';
import { endProcesses, trackedProcesses } from './process/tracked.ts';

/** What a lab's state folder says of it: `lab.json`. */
export interface LabRecord {
  name: string;
  createdAt: string;
  ports: ControlPlanePorts;
  /** The process whose end ends the lab; absent for a detached lab. */
  owner?: ProcessIdentity;
  /** False until `startLab` has come to its end. */
  started: boolean;
}

const RECORD = 'lab.json';
/** As part of node names, which are DNS labels, and of socket paths, which are short. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,28}[a-z0-9])?$/;

/** The state folder of the lab of that name, whether there is one or not. */
export function labDir(ctx: LabContext, name: string): string {
  if (!NAME.test(name)) {
    throw new LabError(
      'Invalid',
      `"${name}" is no lab name: use up to 30 of a-z, 0-9 and -, beginning and ending with a letter or digit`,
    );
  }
  return join(ctx.labsDir, name);
}

/** Makes the state folder; of two that ask at once, one gets the error that the lab exists. */
export async function claimLabDir(ctx: LabContext, name: string): Promise<string> {
  const dir = labDir(ctx, name);
  await mkdir(ctx.labsDir, { recursive: true, mode: 0o700 });
  try {
    await mkdir(dir, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new LabError(
      'AlreadyExists',
      `lab "${name}" exists already: \`npm run lab -- down --name ${name}\` ends it, --name starts another`,
      error,
    );
  }
  return dir;
}

/** Writes `lab.json`. */
export async function writeLabRecord(dir: string, record: LabRecord): Promise<void> {
  await writeJson(join(dir, RECORD), record);
}

/** Reads `lab.json`; undefined when there is no lab in that folder. */
export async function readLabRecord(dir: string): Promise<LabRecord | undefined> {
  return await readJson<LabRecord>(join(dir, RECORD));
}

/** The names of all labs of this user, a half-removed one included. */
export async function labNames(ctx: LabContext): Promise<readonly string[]> {
  const names = await readdir(ctx.labsDir).catch(() => []);
  return names.filter((name) => NAME.test(name)).sort();
}

/** Ends every process of a lab but this one, and removes its state folder. Nothing is left; safe to repeat. */
export async function removeLab(dir: string): Promise<void> {
  const records = await trackedProcesses(dir);
  await endProcesses(
    dir,
    records.filter(({ pid }) => pid !== process.pid),
  );
  await rm(dir, { recursive: true, force: true, maxRetries: 5 });
}

/** Removes the labs whose owners died before they could: their processes are gone, their folders are not. */
export async function removeAbandonedLabs(ctx: LabContext): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const name of await labNames(ctx)) {
    const dir = labDir(ctx, name);
    const record = await readLabRecord(dir);
    if (record?.owner === undefined || isRunning(record.owner)) continue;
    ctx.progress(`lab ${name}: its owner is gone, removing what it left`);
    await removeLab(dir);
    removed.push(name);
  }
  return removed;
}
