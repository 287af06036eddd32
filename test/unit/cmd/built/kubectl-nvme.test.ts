import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { CannedApiServer } from '../../../fakes/api-server.ts';
import { builtRunner, serverForEach } from './built-scene.ts';

/** A port on which nobody listens: one that was just given back. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('the built kubectl-nvme', () => {
  const run = builtRunner();

  it('prints its version without a cluster', async () => {
    const { exitCode, stdout, stderr } = await run('version');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toMatch(/^Client Version: v\d+\.\d+\.\d+\n$/);
  });

  it('prints help on stdout and its refusals on stderr', async () => {
    expect(await run('--help')).toMatchObject({
      exitCode: 0,
      stderr: '',
      stdout: expect.stringContaining('status') as string,
    });
    expect(await run('statsu')).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'error: unknown command "statsu" for "kubectl nvme"\n\nDid you mean this?\n\tstatus\n\nSee \'kubectl nvme --help\' for usage.\n',
    });
  });

  it('says in kubectl’s words that nobody listens', async () => {
    const server = `127.0.0.1:${await freePort()}`;
    expect(await run('status', '-s', `http://${server}`)).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `The connection to the server ${server} was refused - did you specify the right host or port?\n`,
    });
  });

  it('says what it looked for when there is no kubeconfig', async () => {
    const { exitCode, stderr } = await run('status');
    expect(stderr).toMatch(/^error: No cluster to talk to: .*\.kube\/config does not exist/);
    expect(exitCode).toBe(1);
  });

  describe('with an API server', () => {
    const server = serverForEach();
    const complete = builtRunner('kubectl_complete-nvme');
    const status = (...args: string[]) => run('status', '-s', server().address, ...args);

    it('prints a table without colours', async () => {
      const { exitCode, stdout, stderr } = await status();
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toMatch(/^NAME +STATUS .*\nn1 +WaitingForAgent .*\n$/);
      expect(stdout).not.toContain('\u001b');
    });

    it('says how to install what is not there', async () => {
      const empty = await CannedApiServer.start();
      empty.list('/api/v1/nodes', 'Node', []);
      const { exitCode, stderr } = await run('status', '-s', empty.address);
      await empty.stop();
      expect(stderr).toMatch(/is not installed there\nInstall it with: kubectl nvme install\n$/);
      expect(exitCode).toBe(1);
    });

    it('gives up on a server that hangs after --request-timeout', async () => {
      server().answer('/api/v1/nodes', 'hang');
      const { exitCode, stderr } = await status('--request-timeout', '300ms');
      expect(stderr).toMatch(/^Unable to connect to the server: /);
      expect(exitCode).toBe(1);
    });

    it('completes names from the cluster, and nothing when it hangs', async () => {
      server().answer('/api/v1/nodes', { body: { kind: 'Table', rows: [{ cells: ['n1', 'Ready'] }] } });
      expect(await complete('status', '-s', server().address, '')).toEqual({
        exitCode: 0,
        stdout: 'n1\n:4\n',
        stderr: '',
      });
      server().answer('/api/v1/nodes', 'hang');
      expect(await complete('status', '-s', server().address, '')).toEqual({
        exitCode: 0,
        stdout: ':4\n',
        stderr: '',
      });
    });
  });
});
