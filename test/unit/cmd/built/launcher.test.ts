import { chmodSync, cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtProgram, runProgramFile } from '../../../builders/built-program.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

/** The built programs without the project's own Node beside them, and a folder for the PATH. */
function unpacked(): { dist: string; bin: string; start: string } {
  const dir = temporaryFolder();
  const dist = join(dir, 'dist');
  cpSync(dirname(builtProgram('kubectl-nvme')), dist, { recursive: true });
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  return { dist, bin, start: join(dist, 'lib', 'start.cjs') };
}

describe('the launcher', () => {
  it('starts through links, relative ones too, with the Node of the PATH', async () => {
    const { dist, bin } = unpacked();
    symlinkSync(process.execPath, join(bin, 'node'));
    symlinkSync('../dist/kubectl-nvme', join(bin, 'first'));
    symlinkSync(join(bin, 'first'), join(bin, 'second'));
    for (const file of [join(dist, 'kubectl-nvme'), join(bin, 'first'), join(bin, 'second')]) {
      const { exitCode, stdout } = await runProgramFile(file, ['version'], { PATH: `${bin}:/usr/bin:/bin` });
      expect({ exitCode, stdout }).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(/^Client/) as string,
      });
    }
  });

  it('says what it needs where there is no Node', async () => {
    const { dist, bin } = unpacked();
    symlinkSync('/usr/bin/readlink', join(bin, 'readlink'));
    expect(await runProgramFile('/bin/sh', [join(dist, 'kubectl-nvme'), 'version'], { PATH: bin })).toEqual({
      exitCode: 127,
      stdout: '',
      stderr: 'kubectl-nvme: needs Node.js >= 22.19 and found none on the PATH\n',
    });
  });

  it('says what it found where that Node is too old', async () => {
    const { dist, bin, start } = unpacked();
    // The real file, run by a Node that says it is another one.
    writeFileSync(
      join(bin, 'node'),
      `#!/bin/sh\nshift 2\nexec "${process.execPath}" -e "Object.defineProperty(process.versions, 'node', { value: '22.18.0' }); Object.defineProperty(process, 'version', { value: 'v22.18.0' }); process.argv.splice(1, 0, '${start}'); require('${start}')" -- "$@"\n`,
    );
    chmodSync(join(bin, 'node'), 0o755);
    const { exitCode, stdout, stderr } = await runProgramFile(join(dist, 'kubectl-nvme'), ['version'], {
      PATH: `${bin}:/usr/bin:/bin`,
    });
    expect({ exitCode, stdout }).toEqual({ exitCode: 127, stdout: '' });
    expect(stderr).toMatch(/^kubectl-nvme: needs Node\.js >= 22\.19, found v22\.18\.0 at \//);
  });
});
