import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectImage } from '../../../lab/assets/image.ts';
import { repoDir } from '../../../lab/install/install.ts';
import { startLab, type Lab } from '../../../lab/lab.ts';
import { consoleCommands, matchesPage } from '../../builders/console-page.ts';
import { testLabContext } from '../../builders/lab-context.ts';
import { folderUntilEnd } from '../../builders/temporary-folder.ts';
import { postMortem } from '../main-job/post-mortem.ts';

const PAGE = readFileSync(join(repoDir, 'docs', 'walkthrough.md'), 'utf8');
const COMMAND_MS = 400_000;

describe('docs/walkthrough.md', () => {
  const ctx = testLabContext();
  const dir = folderUntilEnd();
  let lab: Lab;
  let image: string;

  beforeAll(async () => {
    image = (await projectImage(ctx, { repoDir, distDir: join(repoDir, 'dist') })).ref;
    lab = await startLab(ctx, { controlPlaneOnly: true });
    await lab.addNode('worker-1', { drives: 2 });
    const [, pod = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(PAGE) ?? [];
    writeFileSync(join(dir, 'pod.yaml'), pod);
  });
  afterAll(() => lab.stop());

  /** What a person at a terminal would read: both streams, as they come. */
  const read = (command: string): Promise<string> =>
    new Promise((resolve) => {
      const env = { ...lab.env(), HOME: dir, IMAGE: image };
      const options = { cwd: dir, env, timeout: COMMAND_MS };
      execFile('/bin/bash', ['-c', `exec 2>&1; ${command}`], options, (_failure, output) => resolve(output));
    });

  it('prints what its commands print', async () => {
    const printed: string[] = [];
    const promised: string[] = [];
    for (const { command, expected } of consoleCommands(PAGE)) {
      const output = await read(command);
      if (matchesPage(output, expected)) continue;
      printed.push(`$ ${command}\n${output}`);
      promised.push(`$ ${command}\n${expected}`);
    }
    if (printed.length > 0) console.error(await postMortem(ctx, lab));
    expect(printed).toEqual(promised);
  }, 900_000);
});
