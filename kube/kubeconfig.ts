import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { parse } from 'yaml';
import { ConfigError } from './config-error.ts';

/** A cluster entry of a kubeconfig; file paths absolute. */
export interface ClusterEntry {
  server?: string;
  'certificate-authority'?: string;
  'certificate-authority-data'?: string;
  'insecure-skip-tls-verify'?: boolean;
  'tls-server-name'?: string;
  'proxy-url'?: string;
}

/** A credential plugin, as in client.authentication.k8s.io. */
export interface ExecEntry {
  apiVersion?: string;
  command: string;
  args?: string[] | null;
  env?: { name: string; value: string }[] | null;
  installHint?: string;
  provideClusterInfo?: boolean;
  interactiveMode?: 'Never' | 'IfAvailable' | 'Always';
}

/** A user entry of a kubeconfig; file paths absolute. */
export interface UserEntry {
  token?: string;
  tokenFile?: string;
  'client-certificate'?: string;
  'client-certificate-data'?: string;
  'client-key'?: string;
  'client-key-data'?: string;
  username?: string;
  password?: string;
  exec?: ExecEntry;
  'auth-provider'?: { name: string; config?: Record<string, string> };
  as?: string;
  'as-uid'?: string;
  'as-groups'?: string[];
  'as-user-extra'?: Record<string, string[]>;
}

export interface ContextEntry {
  cluster?: string;
  user?: string;
  namespace?: string;
}

/** Several kubeconfig files as one. */
export interface Kubeconfig {
  currentContext?: string;
  clusters: Map<string, ClusterEntry>;
  users: Map<string, UserEntry>;
  contexts: Map<string, ContextEntry>;
}

const FILE_KEYS = ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile'];

/**
 * Reads and merges kubeconfig files by kubectl's rules, which client-node's loader does not follow: the first file
 * to name an entry or the current context wins, files that are missing are skipped.
 */
export function readKubeconfigs(files: string[]): Kubeconfig {
  const merged: Kubeconfig = { clusters: new Map(), users: new Map(), contexts: new Map() };
  for (const file of files.filter((name) => existsSync(name))) mergeFile(merged, file);
  return merged;
}

function mergeFile(merged: Kubeconfig, file: string): void {
  const document = readDocument(file);
  const current = document['current-context'];
  if (typeof current === 'string' && current !== '') merged.currentContext ??= current;
  addEntries(merged.clusters, document.clusters, 'cluster', file);
  addEntries(merged.users, document.users, 'user', file);
  addEntries(merged.contexts, document.contexts, 'context', file);
}

function readDocument(file: string): Record<string, unknown> {
  let document: unknown;
  try {
    document = parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new ConfigError(`Cannot read the kubeconfig ${file}: ${(cause as Error).message}`, { cause, file });
  }
  if (document === null || document === undefined) return {};
  if (isRecord(document)) return document;
  throw new ConfigError(`Expected a kubeconfig in ${file}, got ${typeof document}`, { file });
}

function addEntries<T extends object>(into: Map<string, T>, list: unknown, key: string, file: string): void {
  if (list === null || list === undefined) return;
  if (!Array.isArray(list)) throw new ConfigError(`Expected a list of ${key}s in ${file}`, { file });
  for (const item of list as unknown[]) {
    if (!isRecord(item) || typeof item.name !== 'string') {
      throw new ConfigError(`A ${key} without a name in ${file}`, { file });
    }
    if (into.has(item.name)) continue;
    into.set(item.name, absolute(isRecord(item[key]) ? item[key] : {}, file) as T);
  }
}

/** Paths in a kubeconfig are relative to the file they stand in. */
function absolute(entry: Record<string, unknown>, file: string): Record<string, unknown> {
  const result = { ...entry };
  for (const key of FILE_KEYS) {
    const path = result[key];
    if (typeof path === 'string' && path !== '' && !isAbsolute(path)) {
      result[key] = resolve(dirname(file), path);
    }
  }
  return result;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
