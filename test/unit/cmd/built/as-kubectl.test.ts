import { chmodSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { node, nvmeNode, persistentVolume } from '../../../builders/objects.ts';
import { builtProgram, runProgramFile, type ProgramResult } from '../../../builders/built-program.ts';
import { folderUntilEnd } from '../../../builders/temporary-folder.ts';
import { ConnectProxy } from '../../../fakes/connect-proxy.ts';
import { NVME, serverForEach } from './built-scene.ts';

/** What `list volumes -o name` prints of the server's one volume. */
const DONE = { exitCode: 0, stdout: 'persistentvolume/pv-1\n', stderr: '' };

describe('the built kubectl-nvme finds cluster and user as kubectl does:', () => {
  const home = folderUntilEnd();
  const server = serverForEach();

  beforeEach(() => server().list('/api/v1/persistentvolumes', 'PersistentVolume', [persistentVolume()]));

  /** Lists the volumes. */
  const list = (args: string[], env: NodeJS.ProcessEnv = {}): Promise<ProgramResult> =>
    runProgramFile(builtProgram('kubectl-nvme'), ['list', 'volumes', '-o', 'name', ...args], {
      HOME: home,
      ...env,
    });

  /** A kubeconfig with one context `name`; JSON is YAML. */
  function kubeconfig(
    name: string,
    { user = {}, cluster = {} }: { user?: object; cluster?: object },
  ): string {
    const file = join(home, name);
    const text = JSON.stringify({
      'current-context': name,
      clusters: [{ name, cluster: { server: server().address, ...cluster } }],
      users: [{ name, user }],
      contexts: [{ name, context: { cluster: name, user: name } }],
    });
    writeFileSync(file, text);
    return file;
  }

  /** The values of a header in what the server was sent last. */
  function sent(header: string): string[] {
    const last = server().headers.at(-1) ?? [];
    return last.filter((_, index) => index % 2 === 1 && last[index - 1]?.toLowerCase() === header);
  }

  describe('$KUBECONFIG', () => {
    it('merges its files: the first one’s context is current, a missing one is skipped', async () => {
      const files = [join(home, 'none'), kubeconfig('a', { user: { token: 'of-a' } })];
      // The second file’s users and contexts are there, but not its idea of what is current, nor its own `a`.
      const second = JSON.stringify({
        'current-context': 'b',
        users: [
          { name: 'a', user: { token: 'wrong' } },
          { name: 'b', user: { token: 'of-b' } },
        ],
        contexts: [{ name: 'b', context: { cluster: 'a', user: 'b' } }],
      });
      writeFileSync(join(home, 'second'), second);
      const env = { KUBECONFIG: [...files, join(home, 'second')].join(delimiter) };
      expect(await list([], env)).toEqual(DONE);
      expect(sent('authorization')).toEqual(['Bearer of-a']);
      expect(await list(['--context', 'b'], env)).toEqual(DONE);
      expect(sent('authorization')).toEqual(['Bearer of-b']);
    });

    it('gives way to --kubeconfig', async () => {
      const env = { KUBECONFIG: kubeconfig('a', { user: { token: 'of-a' } }) };
      expect(await list(['--kubeconfig', kubeconfig('b', { user: { token: 'of-b' } })], env)).toEqual(DONE);
      expect(sent('authorization')).toEqual(['Bearer of-b']);
    });
  });

  describe('a credential plugin', () => {
    /** A context whose user is a plugin with this script. */
    function plugin(script: string, more: object = {}): string[] {
      const command = join(home, 'credentials');
      writeFileSync(command, `#!/bin/sh\n${script}\n`);
      chmodSync(command, 0o755);
      const exec = { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'IfAvailable' };
      return ['--kubeconfig', kubeconfig('exec', { user: { exec: { ...exec, ...more } } })];
    }

    it('is asked once, told what kubectl tells it, and heard on stderr', async () => {
      const args = plugin(
        `echo "$1 $KUBERNETES_EXEC_INFO" >> ${join(home, 'told')}; cat; echo "sign in at example" >&2\n` +
          `echo "{\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"$GREETING\\"}}"`,
        { args: ['get-token'], env: [{ name: 'GREETING', value: 'hello' }], provideClusterInfo: true },
      );
      expect(await list(args)).toEqual({ ...DONE, stderr: 'sign in at example\n' });
      expect(sent('authorization')).toEqual(['Bearer hello']);
      const told = await runProgramFile('/bin/cat', [join(home, 'told')]);
      expect(told.stdout.match(/^get-token /gm)).toHaveLength(1);
      expect(JSON.parse(told.stdout.replace('get-token ', ''))).toEqual({
        apiVersion: 'client.authentication.k8s.io/v1',
        kind: 'ExecCredential',
        spec: { interactive: false, cluster: { server: server().address } },
      });
    });

    it('that fails is named with its exit code, behind its own words', async () => {
      const args = plugin('echo "the session has expired" >&2; exit 3');
      expect(await list(args)).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: `the session has expired\nUnable to connect to the server: getting credentials: exec: executable ${join(home, 'credentials')} failed with exit code 3\n`,
      });
    });

    it('that Ctrl-C has ended is no failure', async () => {
      expect(await list(plugin('kill -INT $$'))).toEqual({ exitCode: 130, stdout: '', stderr: '' });
    });

    it('that is not there is named with the hint of the kubeconfig', async () => {
      const args = plugin('', { command: 'no-such-plugin', installHint: 'Get it from example.' });
      const { exitCode, stdout, stderr } = await list(args);
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
      expect(stderr).toMatch(
        /^Unable to connect to the server: getting credentials: exec: executable no-such-plugin not found\n\n.*\n\nGet it from example\.\n$/,
      );
    });
  });

  describe('a proxy', () => {
    let proxy: ConnectProxy;
    beforeEach(async () => {
      proxy = await ConnectProxy.start();
    });
    afterEach(() => proxy.close());

    /** The test's server under a name that Go’s rules do not take for this machine. */
    const elsewhere = (): string => server().address.replace('127.0.0.1', '0.0.0.0');

    it('of the kubeconfig is used', async () => {
      const file = kubeconfig('proxied', { cluster: { 'proxy-url': proxy.url }, user: { token: 't' } });
      expect(await list(['--kubeconfig', file])).toEqual(DONE);
      expect(new Set(proxy.targets)).toEqual(new Set([new URL(server().address).host]));
      expect(sent('authorization')).toEqual(['Bearer t']);
    });

    it('of the environment is used, but not for this machine and what NO_PROXY names', async () => {
      const env = { HTTP_PROXY: proxy.url, HTTPS_PROXY: 'http://127.0.0.1:1' };
      expect(await list(['-s', server().address], env)).toEqual(DONE);
      expect(await list(['-s', elsewhere()], { ...env, NO_PROXY: 'example.com,0.0.0.0' })).toEqual(DONE);
      expect(proxy.targets).toEqual([]);
      expect(await list(['-s', elsewhere()], env)).toEqual(DONE);
      expect(new Set(proxy.targets)).toEqual(new Set([new URL(elsewhere()).host]));
    });
  });

  it('impersonation sends user, UID and every group on a line of its own', async () => {
    const who = ['--as', 'ann', '--as-uid', '42', '--as-group', 'ops', '--as-group', 'system:masters'];
    expect(await list(['-s', server().address, ...who])).toEqual(DONE);
    expect(sent('impersonate-user')).toEqual(['ann']);
    expect(sent('impersonate-uid')).toEqual(['42']);
    expect(sent('impersonate-group')).toEqual(['ops', 'system:masters']);
  });

  it('groups without a user are refused before anything is sent', async () => {
    expect(await list(['-s', server().address, '--as-group', 'ops'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'error: --as-group and --as-uid need a user to impersonate: give --as too\n',
    });
    expect(server().requests).toEqual([]);
  });

  it('a server that hangs is given up after --request-timeout, whatever it was asked for', async () => {
    for (const path of ['/api/v1/nodes', '/api/v1/persistentvolumes', `${NVME}/nvmenodes`]) {
      server().answer(path, 'hang');
    }
    for (const verb of ['status', 'health', 'list orphans', 'drain-check n1', 'cleanup', 'doctor']) {
      const args = [...verb.split(' '), '-s', server().address, '--request-timeout', '400ms'];
      const { exitCode, stderr } = await runProgramFile(builtProgram('kubectl-nvme'), args, { HOME: home });
      expect({ verb, exitCode }).toEqual({ verb, exitCode: 1 });
      expect(stderr).toMatch(/^Unable to connect to the server: GET .*: no answer from .* within 0\.4 s/);
    }
  });
});

describe('the built kubectl-nvme prints as kubectl does:', () => {
  const home = folderUntilEnd();
  const server = serverForEach();
  const run = (...args: string[]): Promise<ProgramResult> =>
    runProgramFile(builtProgram('kubectl-nvme'), [...args, '-s', server().address], { HOME: home });

  /** Paths and queries of what was asked of a collection, beginnings of streams left out. */
  const asked = (plural: string): string[] =>
    server()
      .requests.filter((request) => request.includes(`/${plural}?`) && !request.includes('watch=true'))
      .map((request) => request.replace(/^GET [^?]*/, ''));

  describe('large lists', () => {
    const names = Array.from({ length: 7 }, (_, index) => `n${index + 1}`);
    beforeEach(() => {
      server().list(
        '/api/v1/nodes',
        'Node',
        names.map((name) => node({ metadata: { name } })),
      );
      server().list(
        `${NVME}/nvmenodes`,
        'NVMeNode',
        names.map((name) => nvmeNode({ metadata: { name } })),
      );
      server().list(
        '/api/v1/persistentvolumes',
        'PersistentVolume',
        names.map((name) => persistentVolume({ metadata: { name: `pv-${name}` } })),
      );
    });

    it('are read in pages of --chunk-size, the same whole', async () => {
      const whole = await run('list', 'volumes', '-o', 'name');
      server().requests.length = 0;
      expect(await run('list', 'volumes', '-o', 'name', '--chunk-size', '3')).toEqual(whole);
      expect(whole.stdout.split('\n')).toHaveLength(names.length + 1);
      const pages = asked('persistentvolumes').map((query) => new URLSearchParams(query));
      expect(pages.map((page) => [page.get('limit'), page.get('continue')])).toEqual([
        ['3', null],
        ['3', '3'],
        ['3', '6'],
      ]);
    });

    it('are read in pages of 500 as a rule, and all at once for 0', async () => {
      expect((await run('status', '-o', 'name')).stdout.split('\n')).toHaveLength(names.length + 1);
      for (const plural of ['nodes', 'nvmenodes', 'persistentvolumes']) {
        expect(asked(plural)[0]).toContain('limit=500');
      }
      server().requests.length = 0;
      expect((await run('status', '-o', 'name', '--chunk-size=0')).stdout.split('\n')).toHaveLength(
        names.length + 1,
      );
      expect(server().requests.filter((request) => request.includes('limit='))).toEqual([]);
    });

    it('of no size are refused', async () => {
      expect(await run('status', '--chunk-size', 'many')).toEqual({
        exitCode: 1,
        stdout: '',
        stderr:
          'error: invalid argument "many" for "--chunk-size" flag: expected a number of objects, or 0 for all at once\n' +
          "See 'kubectl nvme status --help' for usage.\n",
      });
      expect(server().requests).toEqual([]);
    });
  });

  it('wide characters are counted one by one, as Go’s tabwriter counts them', async () => {
    const drive = {
      path: '/dev/nvme1n1',
      model: '高速ドライブ',
      size: 2 ** 40,
      role: 'Local',
      state: 'Free',
    } as const;
    const plain = { ...drive, path: '/dev/nvme2n1', model: 'abcdef' };
    const report = nvmeNode({ status: { drives: [drive, plain] } });
    server().list(`${NVME}/nvmenodes`, 'NVMeNode', [report]);
    const { stdout } = await run('list', 'drives', '--no-headers');
    const [wide = '', narrow = ''] = stdout.split('\n');
    expect(wide.indexOf('1Ti')).toBe(narrow.indexOf('1Ti'));
    expect(wide).toContain('高速ドライブ   1Ti');
  });

  it('control characters of a drive never reach the terminal', async () => {
    const drive = {
      path: '/dev/nvme1n1',
      model: '\u001b[31mred',
      size: 1,
      role: 'Local',
      state: 'Free',
    } as const;
    server().list(`${NVME}/nvmenodes`, 'NVMeNode', [nvmeNode({ status: { drives: [drive] } })]);
    expect((await run('list', 'drives')).stdout).toContain('^[[31mred');
  });
});
