import { join } from 'node:path';
import type { LabContext } from './context.ts';
import { spawnTracked } from './process/tracked.ts';

/**
 * Starts the lab's own background process, which plays the cloud's controller and, in a lab that belongs to
 * a process, removes the lab when that process is gone: the pipe to it closes, however its owner ended.
 */
export async function startKeeper(ctx: LabContext, labDir: string): Promise<void> {
  const main = join(import.meta.dirname, 'keeper.main.ts');
  const owned = ctx.lifetime === 'owner';
  await spawnTracked(labDir, {
    name: 'keeper',
    command: [process.execPath, main, labDir, owned ? '--owned' : '--detached'],
    cwd: labDir,
    // It has to outlive its owner by the time that tidying up takes.
    diesWithParent: false,
    stdin: owned ? 'pipe' : 'ignore',
  });
}
