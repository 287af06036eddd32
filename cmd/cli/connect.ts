import { parseDuration } from '../../api/duration.ts';
import type { ConnectionFlags } from '../../kube/config.ts';
import { UsageError } from '../errors/usage.ts';
import { isOn, textOf, textsOf, type FlagValues } from './flag.ts';

/** kubectl's flags under the names of the connection code. */
export function connectionFlags(flags: FlagValues): ConnectionFlags {
  const text = (long: string, key: keyof ConnectionFlags) => {
    const value = textOf(flags, long);
    return value === undefined ? {} : { [key]: value };
  };
  const groups = textsOf(flags, 'as-group');
  return {
    ...text('kubeconfig', 'kubeconfig'),
    ...text('context', 'context'),
    ...text('cluster', 'cluster'),
    ...text('user', 'user'),
    ...text('server', 'server'),
    ...text('namespace', 'namespace'),
    ...text('token', 'token'),
    ...text('certificate-authority', 'certificateAuthority'),
    ...text('client-certificate', 'clientCertificate'),
    ...text('client-key', 'clientKey'),
    ...text('tls-server-name', 'tlsServerName'),
    ...text('as', 'as'),
    ...text('as-uid', 'asUid'),
    ...(groups.length > 0 ? { asGroup: groups } : {}),
    ...(isOn(flags, 'insecure-skip-tls-verify') ? { insecureSkipTlsVerify: true } : {}),
  };
}

/** Milliseconds of `--request-timeout`, 0 for no limit; undefined when it is not given. Throws UsageError. */
export function requestTimeout(flags: FlagValues): number | undefined {
  const text = textOf(flags, 'request-timeout');
  if (text === undefined) return undefined;
  try {
    // kubectl takes a bare number as seconds.
    return parseDuration(/^[1-9]\d*$/.test(text) ? `${text}s` : text);
  } catch (cause) {
    throw new UsageError(
      `Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h), got \`${text}\``,
      { cause },
    );
  }
}
