import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const run = promisify(execFile);
const main = join(import.meta.dirname, '..', '..', '..', 'lab', 'main.ts');

it('the lab’s command line ends well when nobody reads what it says', async () => {
  const env = { ...process.env, XDG_STATE_HOME: temporaryFolder() };
  // The reader is gone long before there is anything to read.
  const script = 'set -o pipefail; "$0" "$1" --help | true';
  const { stderr } = await run('bash', ['-c', script, process.execPath, main], { env, timeout: 15_000 });
  expect(stderr).toBe('');
});
