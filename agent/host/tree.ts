import { rename } from 'node:fs/promises';
import { keepingLock } from './lock-keeper.ts';
import { runProgram, type RunContext } from './run.ts';

/** A filesystem full of small files takes minutes; what hangs must not keep the lock for ever. */
const TIMEOUT_MS = 3_600_000;

/** rename(2): atomic, and unlike mv(1) it never falls back to copying. */
export async function renameEntry(from: string, to: string): Promise<void> {
  await rename(from, to);
}

/** rm(1) of the image, which walks by open directories (openat, O_NOFOLLOW), so that nobody can lead it elsewhere. */
export async function removeTree(path: string, context: RunContext): Promise<void> {
  const command = ['rm', '-r', '-f', '--one-file-system', '--', path];
  await runProgram(keepingLock(command, TIMEOUT_MS), { timeoutMs: TIMEOUT_MS }, context);
}

/** syncfs(2) by sync(1): unlinked files of a journal that was not written come back after a power cut. */
export async function syncFilesystem(path: string, context: RunContext): Promise<void> {
  await runProgram(['sync', '--file-system', path], { timeoutMs: TIMEOUT_MS }, context);
}
