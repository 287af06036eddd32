import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, CredentialError } from '../../../kube/config-error.ts';
import { loadClusterConfig, type ConnectionFlags } from '../../../kube/config.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
});
afterEach(() => rmSync(home, { recursive: true }));

const file = (name: string, text: string): string => {
  mkdirSync(join(home, '.kube'), { recursive: true });
  const path = join(home, '.kube', name);
  writeFileSync(path, text);
  return path;
};

const kubeconfig = (name: string, user = 'token: secret', cluster = ''): string => `
current-context: ${name}
clusters: [{name: ${name}, cluster: {server: "https://${name}:6443"${cluster}}}]
users: [{name: ${name}, user: {${user}}}]
contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}, namespace: ns-${name}}}]
`;

const load = (flags: ConnectionFlags = {}, env: Record<string, string> = {}) =>
  loadClusterConfig({ env: { HOME: home, ...env }, flags, serviceAccountRoot: join(home, 'sa') });

const headers = async (flags: ConnectionFlags = {}, env: Record<string, string> = {}) =>
  (await (await load(flags, env)).credentials.current()).headers;

describe('the cluster configuration', () => {
  it('comes from ~/.kube/config', async () => {
    file('config', kubeconfig('a'));
    const config = await load();
    expect(config).toMatchObject({ server: 'https://a:6443', namespace: 'ns-a', context: 'a' });
    expect((await config.credentials.current()).headers).toEqual({ Authorization: 'Bearer secret' });
  });

  it('merges the files of KUBECONFIG: the first to name something wins, missing files are skipped', async () => {
    const [a, b] = [file('a', kubeconfig('a')), file('b', kubeconfig('b'))];
    const env = { KUBECONFIG: `${join(home, 'none')}:${a}:${b}` };
    expect((await load({}, env)).server).toBe('https://a:6443');
    expect((await load({ context: 'b' }, env)).server).toBe('https://b:6443');
    expect((await load({ context: 'b', cluster: 'a' }, env)).server).toBe('https://a:6443');
  });

  it('obeys kubectl’s flags', async () => {
    file('config', kubeconfig('a', 'client-certificate-data: eA==, client-key-data: eQ=='));
    const config = await load({
      server: 'https://other:1/prefix/',
      token: 'mine',
      namespace: 'x',
      insecureSkipTlsVerify: true,
      tlsServerName: 'name',
    });
    expect(config).toMatchObject({ server: 'https://other:1/prefix', namespace: 'x' });
    expect(await config.credentials.current()).toEqual({
      headers: { Authorization: 'Bearer mine' },
      tls: { rejectUnauthorized: false, servername: 'name' },
    });
  });

  it('reads certificates relative to the file that names them', async () => {
    file('ca.pem', 'the ca');
    file('config', kubeconfig('a', 'client-certificate-data: eA==', ', certificate-authority: ca.pem'));
    const { tls } = await (await load()).credentials.current();
    expect(String(tls.ca)).toBe('the ca');
    expect(String(tls.cert)).toBe('x');
  });

  it('impersonates by flag and by kubeconfig, groups and extras included', async () => {
    file('config', kubeconfig('a', 'token: t, as: me, as-groups: [x], as-user-extra: {a/b: [c]}'));
    expect(await headers()).toEqual({
      Authorization: 'Bearer t',
      'Impersonate-User': 'me',
      'Impersonate-Group': ['x'],
      'Impersonate-Extra-a%2Fb': ['c'],
    });
    expect(await headers({ as: 'you', asGroup: ['g', 'h'], asUid: 'u' })).toMatchObject({
      'Impersonate-User': 'you',
      'Impersonate-Group': ['g', 'h'],
      'Impersonate-Uid': 'u',
    });
    file('config', kubeconfig('a'));
    await expect(headers({ asGroup: ['g'] })).rejects.toThrow('give --as too');
  });

  it('re-reads a token file when it changes', async () => {
    file('token', 'one\n');
    file('config', kubeconfig('a', 'tokenFile: token'));
    const { credentials } = await load();
    expect((await credentials.current()).headers).toEqual({ Authorization: 'Bearer one' });
    file('token', 'second\n');
    expect((await credentials.current()).headers).toEqual({ Authorization: 'Bearer second' });
  });

  it('runs a credential plugin once for requests that start together, and again after a refusal', async () => {
    const plugin = file(
      'plugin',
      `#!/bin/sh\necho run >> ${join(home, 'runs')}\ncount=$(wc -l < ${join(home, 'runs')})\n` +
        `echo "{\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"$count-$GREETING-\${#KUBERNETES_EXEC_INFO}\\"}}"\n`,
    );
    chmodSync(plugin, 0o755);
    const exec = `exec: {apiVersion: client.authentication.k8s.io/v1, command: ${plugin}, env: [{name: GREETING, value: hi}]}`;
    file('config', kubeconfig('a', exec));
    const { credentials } = await load({ as: 'me' });
    const both = await Promise.all([credentials.current(), credentials.current()]);
    expect(both[0].headers.Authorization).toMatch(/^Bearer 1-hi-[1-9]\d*$/);
    expect(both[0].headers).toEqual(both[1].headers);
    expect(both[0].headers['Impersonate-User']).toBe('me');
    credentials.forget();
    expect((await credentials.current()).headers.Authorization).toMatch(/^Bearer 2-/);
  });

  it('runs a credential plugin again once what it gave has ended', async () => {
    const answer = `{"status":{"token":"t","expirationTimestamp":"2001-01-01T00:00:00Z"}}`;
    const plugin = file('plugin', `#!/bin/sh\necho run >> ${join(home, 'runs')}\necho '${answer}'\n`);
    chmodSync(plugin, 0o755);
    file('config', kubeconfig('a', `exec: {command: ${plugin}}`));
    const { credentials } = await load();
    await credentials.current();
    await credentials.current();
    expect(readFileSync(join(home, 'runs'), 'utf8')).toBe('run\nrun\n');
  });

  it.each([
    [
      'command: no-such-plugin, installHint: Get it there.',
      /^exec: executable no-such-plugin not found\n\n.*\n\nGet it there\.$/,
    ],
    ["command: sh, args: ['-c', 'exit 3']", /^exec: executable sh failed with exit code 3$/],
    [
      "command: echo, args: ['no JSON']",
      /^decoding stdout: expected an ExecCredential in JSON, got `no JSON`$/,
    ],
    ["command: echo, args: ['{}']", /^exec plugin didn't return a token or cert\/key pair$/],
    ['command: cat, interactiveMode: Always', /standard input is not a terminal$/],
  ])('says how the credential plugin {%s} failed', async (exec, message) => {
    file('config', kubeconfig('a', `exec: {${exec}}`));
    const failure = headers();
    await expect(failure).rejects.toBeInstanceOf(CredentialError);
    await expect(failure).rejects.toThrow(message);
  });

  it('gives a certificate of a credential plugin to the connection, behind a proxy too', async () => {
    const answer = '{"status":{"clientCertificateData":"the cert","clientKeyData":"the key"}}';
    file('config', kubeconfig('a', `exec: {command: echo, args: ['${answer}']}`));
    const { credentials } = await load({}, { HTTPS_PROXY: 'proxy:3128' });
    const { tls, agent } = await credentials.current();
    expect(tls).toMatchObject({ cert: 'the cert', key: 'the key' });
    expect(agent).toMatchObject({ options: { cert: 'the cert', key: 'the key' } });
    expect((await credentials.current()).agent).toBe(agent);
  });

  it('goes through a proxy with the same credentials', async () => {
    file('config', kubeconfig('a', 'token: t', ', proxy-url: "http://proxy:3128"'));
    const { agent, headers: sent } = await (await load()).credentials.current();
    expect(agent).toBeDefined();
    expect(sent).toEqual({ Authorization: 'Bearer t' });
  });

  it('comes from the service account in a pod, without a kubeconfig', async () => {
    mkdirSync(join(home, 'sa'));
    for (const [name, text] of Object.entries({ token: 'pod-1', 'ca.crt': 'pem', namespace: 'mine' })) {
      writeFileSync(join(home, 'sa', name), text);
    }
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    const config = await load({}, env);
    expect(config).toMatchObject({ server: 'https://[fd00::1]:443', namespace: 'mine' });
    const first = await config.credentials.current();
    expect(first).toEqual({ headers: { Authorization: 'Bearer pod-1' }, tls: { ca: 'pem' } });
    writeFileSync(join(home, 'sa', 'token'), 'pod-two');
    const second = await config.credentials.current();
    expect(second.headers).toEqual({ Authorization: 'Bearer pod-two' });
    expect(second.tls).toBe(first.tls);
    expect(await headers({ as: 'x' }, env)).toMatchObject({ 'Impersonate-User': 'x' });
  });

  it.each<[string, ConnectionFlags, string, string]>([
    ['nothing at all', {}, '', 'No cluster to talk to'],
    ['a --kubeconfig that is not there', { kubeconfig: '/none' }, '', '/none does not exist'],
    ['an unknown context', { context: 'zz' }, kubeconfig('a'), 'no context named "zz" (known: a)'],
    ['broken YAML', {}, 'a: [', 'Cannot read the kubeconfig'],
    ['a text that is no mapping', {}, 'hello', 'Expected a kubeconfig'],
    ['an address that is none', { server: 'ftp://x' }, kubeconfig('a'), 'got `ftp://x`'],
  ])('refuses %s in words', async (_, flags, text, message) => {
    if (text !== '') file('config', text);
    const failure = load(flags);
    await expect(failure).rejects.toBeInstanceOf(ConfigError);
    await expect(failure).rejects.toThrow(message);
  });
});
