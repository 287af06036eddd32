import { CredentialError } from '../../kube/config-error.ts';
import { ApiError, TransportError } from '../../kube/errors.ts';
import { Failure, Failures } from './exit.ts';
import { NotInstalled } from './not-installed.ts';
import { whereNamesAre } from './known-names.ts';
import { missingPermission } from './permission.ts';
import { UsageError } from './usage.ts';

/** What is known about the cluster when something failed. */
export interface ErrorContext {
  /** `host:port` of the API server. */
  host?: string;
}

/** The lines for stderr, in kubectl's words where kubectl has words for it (StandardErrorMessage in kubectl). */
export function explain(error: unknown, context: ErrorContext = {}): string[] {
  if (error instanceof Failures) return saidOnce(error.errors.flatMap((one) => explain(one, context)));
  if (error instanceof UsageError) return usageLines(error);
  if (error instanceof ApiError) return apiLines(error);
  if (error instanceof TransportError) return [transportLine(error, context)];
  if (error instanceof CredentialError) {
    return [`Unable to connect to the server: getting credentials: ${error.message}`];
  }
  if (error instanceof NotInstalled) {
    return [`error: ${error.message}`, 'Install it with: kubectl nvme install'];
  }
  if (error instanceof Failure) {
    return [`error: ${error.message}`, ...(error.next === undefined ? [] : [error.next])];
  }
  return [`error: ${error instanceof Error ? error.message : String(error)}`];
}

/** What to do next stands behind the last of those that failed alike. */
const saidOnce = (lines: string[]): string[] =>
  lines.filter((line, index) => lines.lastIndexOf(line) === index);

function usageLines(error: UsageError): string[] {
  if (error.command === undefined) return [`error: ${error.message}`];
  return [`error: ${error.message}`, `See '${error.command} --help' for usage.`];
}

function apiLines(error: ApiError): string[] {
  const { reason } = error.status;
  if (error.code === 401) {
    return [
      `error: You must be logged in to the server (${error.message})`,
      'Your credentials are missing, wrong or expired: log in again, then check with: kubectl auth whoami',
    ];
  }
  const line = `Error from server${reason ? ` (${reason})` : ''}: ${error.message}`;
  const next = nextStep(error);
  return next === undefined ? [line] : [line, next];
}

function nextStep({ code, message, status }: ApiError): string | undefined {
  if (code === 403) return missingPermission(message);
  return code === 404 ? whereNamesAre(status) : undefined;
}

function transportLine(error: TransportError, { host = 'localhost:8080' }: ErrorContext): string {
  if (causeCodes(error).includes('ECONNREFUSED')) {
    return `The connection to the server ${host} was refused - did you specify the right host or port?`;
  }
  return `Unable to connect to the server: ${error.message}`;
}

/** System error codes along the chain of causes; an AggregateError (IPv6 and IPv4 tried) has several. */
function causeCodes(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { code } = error as NodeJS.ErrnoException;
  const inner = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return [...(code === undefined ? [] : [code]), ...[error.cause, ...inner].flatMap(causeCodes)];
}
