import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { CredentialError } from './config-error.ts';
import type { ExecEntry } from './kubeconfig.ts';

/** What a credential plugin gives: a token, a client certificate with its key (PEM), or both. */
export interface ExecStatus {
  token?: string;
  clientCertificateData?: string;
  clientKeyData?: string;
  /** RFC 3339; without one it is good for as long as the server takes it. */
  expirationTimestamp?: string;
}

/** How the plugin is run. */
export interface ExecRun {
  /** What it finds around it, beside its own entry's. */
  env: NodeJS.ProcessEnv;
  /** For KUBERNETES_EXEC_INFO. */
  info: object;
  /** Whether it gets our standard input, to ask a person. */
  interactive: boolean;
}

/**
 * Runs a credential plugin. What it says on standard error goes where ours goes, as with kubectl: "open this page to sign
 * in" has to be read before it ends. Throws CredentialError in the words of client-go.
 */
export async function runExecPlugin(exec: ExecEntry, run: ExecRun): Promise<ExecStatus> {
  const { command, args } = exec;
  const child = spawn(command, args ?? [], {
    env: environment(exec, run),
    stdio: [run.interactive ? 'inherit' : 'ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once('error', reject).once('close', (code, signal) => resolve(code ?? signal));
  });
  try {
    const [code, said] = await Promise.all([ended, text(child.stdout)]);
    if (code === 0) return statusIn(said);
    throw new CredentialError(`exec: executable ${command} failed with exit code ${code}`, {
      interrupted: code === 'SIGINT',
    });
  } catch (cause) {
    if (cause instanceof CredentialError) throw cause;
    throw new CredentialError(notStarted(exec, cause as NodeJS.ErrnoException), { cause });
  }
}

function environment(exec: ExecEntry, { env, info }: ExecRun): NodeJS.ProcessEnv {
  const own = (exec.env ?? []).map(({ name, value }): [string, string] => [name, value]);
  return { ...env, ...Object.fromEntries(own), KUBERNETES_EXEC_INFO: JSON.stringify(info) };
}

function notStarted({ command, installHint }: ExecEntry, cause: NodeJS.ErrnoException): string {
  if (cause.code !== 'ENOENT') return `exec: ${cause.message}`;
  const hint = installHint ? `\n\n${installHint}` : '';
  return `exec: executable ${command} not found\n\nIt is the credential plugin that the kubeconfig names: install it, or put it on the PATH.${hint}`;
}

function statusIn(said: string): ExecStatus {
  let status: ExecStatus | undefined;
  try {
    status = (JSON.parse(said) as { status?: ExecStatus }).status;
  } catch (cause) {
    const start = said.slice(0, 80).trim();
    throw new CredentialError(`decoding stdout: expected an ExecCredential in JSON, got \`${start}\``, {
      cause,
    });
  }
  const { token, clientCertificateData: certificate, clientKeyData: key } = status ?? {};
  if (status === undefined || !(token || (certificate && key))) {
    throw new CredentialError("exec plugin didn't return a token or cert/key pair");
  }
  return status;
}
