import { homedir } from 'node:os';
import { labContext, type LabContext } from '../../lab/context.ts';

/** A lab that belongs to the test process: it ends with it, however that ends. */
export function testLabContext(env: NodeJS.ProcessEnv = process.env): LabContext {
  return labContext({
    env,
    home: homedir(),
    progress: (line) => process.stderr.write(`${line}\n`),
    signal: new AbortController().signal,
    lifetime: 'owner',
  });
}
