import { describe, expect, it } from 'vitest';
import { runCli } from '../../../../lab/cli/program.ts';
import { labContext } from '../../../../lab/context.ts';
import { temporaryFolder } from '../../../builders/temporary-folder.ts';

interface Ran {
  exitCode: number;
  stdout: string;
  stderr: string;
}

async function lab(...args: string[]): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const home = temporaryFolder();
  const ctx = labContext({
    env: { PATH: process.env.PATH },
    home,
    progress: () => undefined,
    signal: new AbortController().signal,
    lifetime: 'detached',
  });
  const stream = (name: 'stdout' | 'stderr') => ({
    write: (text: string | Buffer) => (written[name] += String(text)),
  });
  const cli = {
    ctx,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    readStdin: () => Promise.resolve(Buffer.of()),
  };
  return { exitCode: await runCli(cli, args), ...written };
}

describe('the lab’s command line', () => {
  it('shows examples with its help', async () => {
    const { exitCode, stdout } = await lab('--help');

    expect(exitCode).toBe(0);
    expect(stdout).toContain('npm run lab -- up --nodes 1 --drives 2 --cloud aws');
  });

  it('says that there are no labs, which is no error', async () => {
    expect(await lab('status')).toEqual({ exitCode: 0, stdout: 'No labs found\n', stderr: '' });
  });

  it('takes the end of a lab that is not there for done', async () => {
    expect(await lab('down')).toEqual({ exitCode: 0, stdout: 'there is no lab "lab"\n', stderr: '' });
  });

  it.each([
    [['env'], /there is no lab "lab"/],
    [['status', '--name', 'x'], /there is no lab "x"/],
    [['node', 'reboot', 'n', '--name', 'x'], /there is no lab "x"/],
    [['down', '--name', '../up'], /"..\/up" is no lab name/],
  ])('fails with %j, and says why', async (args, message) => {
    await expect(lab(...args)).rejects.toThrow(message);
  });

  it.each([
    [['up', '--nodes', '-1'], /Expected a number from 0 to 999/],
    [['up', '--cloud', 'moon'], /Allowed choices are generic, aws, gcp, azure/],
    [['node', 'add', 'n', '--label', 'x'], /Expected key=value/],
    [['fly'], /unknown command 'fly'/],
  ])('refuses %j', async (args, message) => {
    const { exitCode, stderr } = await lab(...args);

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(message);
  });
});
