import { TransportError } from './errors.ts';

/** Codes of Node and OpenSSL that mean: they answered, but we do not trust the certificate. */
const UNTRUSTED =
  /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH/;

/** Says in words what went wrong between us and the API server, and what to do about it. */
export function transportFailure(cause: unknown, server: string, request: string): TransportError {
  if (cause instanceof TransportError) return cause;
  const code = codeOf(cause);
  return new TransportError(`${request}: ${sentence(code, messageOf(cause), server)}`, request, { cause });
}

/** The system's code of an error or of the one that it wraps, `ECONNREFUSED` say. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  return inner === undefined ? '' : codeOf(inner);
}

function sentence(code: string, message: string, server: string): string {
  if (code === 'ECONNREFUSED') {
    return `nothing listens at ${server} (connection refused); check that the API server runs and that --server or the kubeconfig's cluster is right`;
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `the name in ${server} cannot be resolved (${code}); check the address and DNS`;
  }
  if (UNTRUSTED.test(code)) {
    return `the certificate of ${server} is not trusted (${message}); check certificate-authority and tls-server-name`;
  }
  if (code === 'EPROTO') return `${server} does not speak TLS as expected (${message}); check http or https`;
  return `the connection to ${server} broke (${message})`;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || codeOf(error) || error.name;
}
