import type { RequestOptions } from 'node:https';
import { ConfigError } from './config-error.ts';
import type { Credentials, CredentialSource, TlsMaterial } from './credentials.ts';
import type { Selection } from './flags.ts';
import { impersonationHeaders } from './impersonation.ts';
import type { ExecEntry } from './kubeconfig.ts';
import { tlsMaterial } from './static-credentials.ts';

/**
 * Credentials from a plugin such as `aws eks get-token`, run and remembered by client-node's ExecAuth, loaded only
 * now and only that file of it. Requests that start together share one run.
 */
export function execCredentials(selection: Selection, exec: ExecEntry): CredentialSource {
  const base = tlsMaterial(selection);
  const impersonation = impersonationHeaders(selection.user);
  const user = { name: selection.userName, exec: withExecInfo(exec, selection) };
  let helper:
    Promise<{ applyAuthentication(user: object, options: RequestOptions): Promise<void> }> | undefined;
  let tls: TlsMaterial = base;
  let running: Promise<Credentials> | undefined;

  const ask = async (): Promise<Credentials> => {
    helper ??= import('@kubernetes/client-node/dist/exec_auth.js').then(({ ExecAuth }) => new ExecAuth());
    const options: RequestOptions = { headers: {} };
    await (await helper).applyAuthentication(user, options).catch((cause: unknown) => {
      throw execFailed(selection, exec, cause);
    });
    const { cert, key } = options as { cert?: string; key?: string };
    if (cert !== tls.cert || key !== tls.key) {
      tls = { ...base, ...(cert ? { cert } : {}), ...(key ? { key } : {}) };
    }
    return { headers: { ...(options.headers as Record<string, string>), ...impersonation }, tls };
  };

  return {
    current: () => (running ??= ask().finally(() => (running = undefined))),
    forget: () => (helper = undefined),
  };
}

/** What the plugin is told in KUBERNETES_EXEC_INFO (client.authentication.k8s.io); ExecAuth itself sends none. */
function withExecInfo(exec: ExecEntry, { cluster }: Selection): ExecEntry {
  const info = {
    apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: {
      interactive: false,
      ...(exec.provideClusterInfo ? { cluster: { server: cluster.server, ...withoutFiles(cluster) } } : {}),
    },
  };
  const env = { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) };
  return { ...exec, args: exec.args ?? [], env: [...(exec.env ?? []), env] };
}

const withoutFiles = (cluster: Selection['cluster']): object => ({
  ...(cluster['certificate-authority-data']
    ? { 'certificate-authority-data': cluster['certificate-authority-data'] }
    : {}),
  ...(cluster['tls-server-name'] ? { 'tls-server-name': cluster['tls-server-name'] } : {}),
  ...(cluster['insecure-skip-tls-verify'] ? { 'insecure-skip-tls-verify': true } : {}),
});

function execFailed(selection: Selection, exec: ExecEntry, cause: unknown): ConfigError {
  const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
  const said = (cause as Error).message.trim() || 'it ended without a word';
  const what = missing ? 'is not on the PATH' : `failed: ${said}`;
  const hint = missing && exec.installHint ? `\n${exec.installHint}` : '';
  return new ConfigError(
    `The credential plugin \`${exec.command}\` of user "${selection.userName}" ${what}${hint}`,
    { cause },
  );
}
