import { spawn, type ChildProcess } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { builtProgram, runProgramFile } from '../../builders/built-program.ts';
import { temporaryFolder } from '../../builders/temporary-folder.ts';

const PROGRAM = builtProgram('nvme-webhook');
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A port that nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface Running {
  child: ChildProcess;
  health: string;
  output: () => string;
  exited: Promise<number | null>;
}

/** The program against an API server that is not there, once its health port answers. */
async function startWithoutApiServer(...args: string[]): Promise<Running> {
  const folder = temporaryFolder();
  const kubeconfig = join(folder, 'kubeconfig');
  const cluster = { server: `http://127.0.0.1:${await freePort()}` };
  const config = {
    clusters: [{ name: 'c', cluster }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: '' } }],
    'current-context': 'c',
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  const port = await freePort();
  const flags = [
    `--kubeconfig=${kubeconfig}`,
    `--health-port=${port}`,
    '--port=0',
    '--bind-address=127.0.0.1',
  ];
  const child = spawn(PROGRAM, [...flags, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const started = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', () => {
      if (text.includes('"started"')) resolve();
    });
    exited.then((code) => reject(new Error(`ended with ${String(code)}: ${text}`)), reject);
  });
  await started;
  return { child, health: `http://127.0.0.1:${port}`, output: () => text, exited };
}

// A Node that starts beside other heavy tests takes seconds.
describe('the program nvme-webhook', { timeout: 90_000 }, () => {
  it('shows its options and its version', async () => {
    const help = await runProgramFile(PROGRAM, ['--help']);
    expect([help.exitCode, help.stdout]).toEqual([0, expect.stringContaining('--leaf-lifetime')]);
    expect((await runProgramFile(PROGRAM, ['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [['--port', 'x'], 'Expected a port'],
    [['--kubeconfig', '/nowhere'], '/nowhere does not exist'],
  ])('ends with 1 and a reason for %j', async (args, reason) => {
    const { exitCode, stdout, stderr } = await runProgramFile(PROGRAM, args);
    expect(exitCode).toBe(1);
    expect(stdout + stderr).toContain(reason);
  });

  it('lives and says that it is not ready while the API server is away', async () => {
    const { health } = await startWithoutApiServer();
    expect((await fetch(`${health}/healthz`)).status).toBe(200);
    const ready = await fetch(`${health}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('no certificate yet')]);
    const metrics = await (await fetch(`${health}/metrics`)).text();
    expect(metrics).toMatch(/^kubectl_nvme_watch_age_seconds\{kind="nodes"\} /m);
    expect(metrics).toContain('kubectl_nvme_leader 0');
    expect((await fetch(`${health}/other`)).status).toBe(404);
  });

  it('ends with 0 after SIGTERM, and logs JSON lines only', async () => {
    const { child, exited, output } = await startWithoutApiServer('--drain-delay=0');
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    const lines = output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: string; time: string });
    expect(lines.length).toBeGreaterThan(2);
  });

  it('is not ready while it drains, and ends at once at a second SIGTERM', async () => {
    const { child, health, exited, output } = await startWithoutApiServer('--drain-delay=1h');
    child.kill('SIGTERM');
    await new Promise<void>((resolve) =>
      child.stdout?.on('data', () => output().includes('asked to end') && resolve()),
    );
    const ready = await fetch(`${health}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([503, expect.stringMatching(/^draining$/m)]);
    expect((await fetch(`${health}/healthz`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await exited).toBe(1);
  });
});
