import { CredentialError } from './config-error.ts';
import type { Credentials, CredentialSource } from './credentials.ts';
import { runExecPlugin, type ExecStatus } from './exec-plugin.ts';
import type { Selection } from './flags.ts';
import { impersonationHeaders } from './impersonation.ts';
import type { ExecEntry } from './kubeconfig.ts';
import { tlsMaterial } from './static-credentials.ts';

/** The process's environment, and whether a person is at its standard input. */
export interface ExecSurroundings {
  env: NodeJS.ProcessEnv;
  canAsk: boolean;
}

/**
 * Credentials from a plugin such as `aws eks get-token`, remembered until they end or the server refuses them. Requests
 * that start together share one run.
 */
export function execCredentials(
  selection: Selection,
  exec: ExecEntry,
  { env, canAsk }: ExecSurroundings,
): CredentialSource {
  const base = tlsMaterial(selection);
  const impersonation = impersonationHeaders(selection.user);
  let remembered: { credentials: Credentials; end: number } | undefined;
  let running: Promise<Credentials> | undefined;

  const ask = async (): Promise<Credentials> => {
    if (remembered !== undefined && Date.now() < remembered.end) return remembered.credentials;
    const interactive = isInteractive(exec, canAsk);
    const info = execInfo(exec, selection, interactive);
    const status = await runExecPlugin(exec, { env, info, interactive });
    const { token, clientCertificateData: cert, clientKeyData: key } = status;
    const credentials = {
      headers: { ...(token ? { Authorization: `Bearer ${token}` } : {}), ...impersonation },
      tls: cert && key ? { ...base, cert, key } : base,
    };
    remembered = { credentials, end: endOf(status) };
    return credentials;
  };

  return {
    current: () => (running ??= ask().finally(() => (running = undefined))),
    forget: () => (remembered = undefined),
  };
}

const endOf = ({ expirationTimestamp: end }: ExecStatus): number => (end ? Date.parse(end) : Infinity);

function isInteractive({ interactiveMode = 'IfAvailable' }: ExecEntry, canAsk: boolean): boolean {
  if (interactiveMode === 'Always' && !canAsk) {
    throw new CredentialError(
      'exec plugin cannot support interactive mode: standard input is not a terminal',
    );
  }
  return canAsk && interactiveMode !== 'Never';
}

/** What the plugin is told in KUBERNETES_EXEC_INFO (client.authentication.k8s.io). */
function execInfo(exec: ExecEntry, { cluster }: Selection, interactive: boolean): object {
  return {
    apiVersion: exec.apiVersion ?? 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: {
      interactive,
      ...(exec.provideClusterInfo ? { cluster: { server: cluster.server, ...withoutFiles(cluster) } } : {}),
    },
  };
}

const withoutFiles = (cluster: Selection['cluster']): object => ({
  ...(cluster['certificate-authority-data']
    ? { 'certificate-authority-data': cluster['certificate-authority-data'] }
    : {}),
  ...(cluster['tls-server-name'] ? { 'tls-server-name': cluster['tls-server-name'] } : {}),
  ...(cluster['insecure-skip-tls-verify'] ? { 'insecure-skip-tls-verify': true } : {}),
});
