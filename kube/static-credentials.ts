import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { ConfigError } from './config-error.ts';
import type { CredentialSource, TlsMaterial } from './credentials.ts';
import type { Selection } from './flags.ts';
import { impersonationHeaders } from './impersonation.ts';
import { WatchedFile } from './watched-file.ts';

/** TLS of the cluster and, when the user has one, the client certificate. Data wins over files, as in kubectl. */
export function tlsMaterial({ cluster, user }: Selection): TlsMaterial {
  const insecure = cluster['insecure-skip-tls-verify'] === true;
  const ca = insecure
    ? undefined
    : (pem(cluster, 'certificate-authority') ?? publicAuthorities(cluster.server));
  const cert = pem(user, 'client-certificate');
  const key = pem(user, 'client-key');
  const servername = cluster['tls-server-name'];
  return {
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
    ...(servername ? { servername } : {}),
    ...(insecure ? { rejectUnauthorized: false } : {}),
  };
}

/** Without an authority of its own a server is checked as kubectl checks it: the system's store counts too. */
function publicAuthorities(server = ''): string[] | undefined {
  if (server.startsWith('http:')) return undefined;
  return [...getCACertificates('default'), ...getCACertificates('system')];
}

type FileKey = 'certificate-authority' | 'client-certificate' | 'client-key';

function pem(entry: Partial<Record<FileKey | `${FileKey}-data`, string>>, key: FileKey): Buffer | undefined {
  const data = entry[`${key}-data`];
  if (data) return Buffer.from(data, 'base64');
  const file = entry[key];
  if (!file) return undefined;
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new ConfigError(`Cannot read the ${key} ${file}: ${(cause as Error).message}`, { cause, file });
  }
}

/** A token, a token file, a password or a client certificate: all that needs no program and no package. */
export function staticCredentials(selection: Selection): CredentialSource {
  const { user } = selection;
  const tls = tlsMaterial(selection);
  const tokenFile = user.tokenFile ? new WatchedFile(user.tokenFile) : undefined;
  const impersonation = impersonationHeaders(user);
  const authorization = (): Record<string, string> => {
    const token = tokenFile?.read() ?? user.token;
    if (token) return { Authorization: `Bearer ${token}` };
    if (!user.username) return {};
    const basic = Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64');
    return { Authorization: `Basic ${basic}` };
  };
  return {
    current: () => Promise.resolve({ headers: { ...authorization(), ...impersonation }, tls }),
    forget: () => tokenFile?.forget(),
  };
}
