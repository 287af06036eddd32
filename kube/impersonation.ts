import { ConfigError } from './config-error.ts';
import type { UserEntry } from './kubeconfig.ts';

/** Impersonate-* headers; groups and extras stay lists, because the API server reads one value a line. */
export function impersonationHeaders(user: UserEntry): Record<string, string | string[]> {
  const groups = user['as-groups'] ?? [];
  const extra = Object.entries(user['as-user-extra'] ?? {});
  if (user.as === undefined || user.as === '') {
    if (groups.length > 0 || extra.length > 0 || user['as-uid']) {
      throw new ConfigError('--as-group and --as-uid need a user to impersonate: give --as too');
    }
    return {};
  }
  return {
    'Impersonate-User': user.as,
    ...(user['as-uid'] ? { 'Impersonate-Uid': user['as-uid'] } : {}),
    ...(groups.length > 0 ? { 'Impersonate-Group': groups } : {}),
    ...Object.fromEntries(
      extra.map(([key, values]) => [`Impersonate-Extra-${encodeURIComponent(key)}`, values]),
    ),
  };
}
