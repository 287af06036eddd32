import { chmodSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtProgram } from '../../../builders/built-program.ts';
import { folderUntilEnd } from '../../../builders/temporary-folder.ts';
import { hasTmux, TmuxShell } from '../../../builders/tmux.ts';
import { serverForEach } from './built-scene.ts';

describe.skipIf(!hasTmux)('a credential plugin in a real terminal', () => {
  const server = serverForEach();
  let shell: TmuxShell;
  const home = folderUntilEnd();

  beforeEach(async () => {
    const command = join(home, 'credentials');
    writeFileSync(
      command,
      `#!/bin/sh\nprintf 'Code from the page: ' >&2\nread code || exit 9\nsleep 2.5\necho "{\\"status\\":{\\"token\\":\\"$code\\"}}"\n`,
    );
    chmodSync(command, 0o755);
    const cluster = { server: server().address };
    const config = {
      'current-context': 'c',
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'c', user: { exec: { command, interactiveMode: 'Always' } } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
    };
    writeFileSync(join(home, 'config'), JSON.stringify(config));
    const path = [dirname(builtProgram('kubectl-nvme')), dirname(process.execPath), process.env.PATH ?? ''];
    shell = new TmuxShell({ HOME: home, PATH: path.join(':') }, { columns: 100, rows: 20 });
    await shell.shows('ready>');
  });
  afterEach(() => shell.end());

  /** With a limit that the plugin and the person at it are not held to. */
  const run = (): void =>
    shell.run('kubectl-nvme status --kubeconfig $HOME/config --request-timeout 2s; echo "exit code $?"');

  it('asks a person, who may take longer than a request may', async () => {
    run();
    await shell.shows('Code from the page:');
    shell.run('secret-42');
    const screen = await shell.shows('exit code 0');
    expect(screen).toMatch(/\nn1 +WaitingForAgent /);
    expect(server().headers.every((headers) => headers.includes('Bearer secret-42'))).toBe(true);
  });

  it('ends with Ctrl-C', async () => {
    run();
    await shell.shows('Code from the page:');
    shell.press('C-c');
    await shell.shows('exit code 130');
    expect(server().requests).toEqual([]);
  });
});
