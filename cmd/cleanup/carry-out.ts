import { isDeletion, type DeleteAction } from '../../orphans/decide.ts';
import { executeDelete } from '../../orphans/execute.ts';
import type { Context } from '../cli/verb.ts';
import type { JudgedOrphan } from '../orphans/report.ts';
import { objectOf, objectText } from './rows.ts';

/** What one pass over the orphans did. */
export interface Pass {
  deleted: number;
  errors: unknown[];
}

/**
 * Carries out what is due, volume by volume in order; each object is judged once more on what the API server says right
 * before its delete. A volume's steps end at the first that fails or is no longer justified.
 */
export async function carryOutPass(orphans: readonly JudgedOrphan[], context: Context): Promise<Pass> {
  const pass: Pass = { deleted: 0, errors: [] };
  for (const { actions } of orphans) {
    try {
      for (const action of actions.filter(isDeletion)) {
        context.signal.throwIfAborted();
        if (!(await carryOut(action, context))) break;
        pass.deleted += 1;
      }
    } catch (error) {
      context.signal.throwIfAborted();
      pass.errors.push(error);
    }
  }
  return pass;
}

async function carryOut(action: DeleteAction, { kube, stdout, stderr }: Context): Promise<boolean> {
  const object = objectText(objectOf(action));
  const outcome = await executeDelete(kube, action, {});
  if (outcome === 'deleted') stdout.write(`${object} deleted\n`);
  if (outcome === 'changed') stderr.write(`${object} is left alone: it has changed since it was looked at\n`);
  return outcome !== 'changed';
}
