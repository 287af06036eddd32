import type { KubeletFile } from '../../api/snapshot.ts';
import type { Host } from '../host/host.ts';
import { orAbsent } from './reads.ts';

/** What a configuration says of swap; absent where it says nothing. */
export interface SwapSettings {
  failSwapOn?: boolean;
  swapBehavior?: string;
}

/**
 * The kubelet's file and its drop-ins, in the order in which it merges them: only `*.conf`, by name
 * (kubelet's `--config-dir`). `startedAt` decides whether the running kubelet has read them as they are.
 */
export async function readKubeletFiles(
  host: Host,
  { configPath, configDir }: { configPath: string | undefined; configDir: string | undefined },
  startedAt: number,
): Promise<KubeletFile[]> {
  const names = configDir === undefined ? [] : await orAbsent(host.readDirectory(configDir), []);
  const dropIns = names.filter((name) => name.endsWith('.conf')).map((name) => `${configDir ?? ''}/${name}`);
  const paths = [...(configPath === undefined ? [] : [configPath]), ...dropIns];
  return await Promise.all(paths.map((path) => readOne(host, path, startedAt)));
}

async function readOne(host: Host, path: string, startedAt: number): Promise<KubeletFile> {
  const text = await orAbsent(host.readFile(path), '');
  const changedAt = await orAbsent(host.modifiedAt(path), 0);
  return { path, ...(await swapSettings(path, text)), read: changedAt < startedAt };
}

/** Throws an Error naming the file when it is not a mapping: a kubelet with it would not start either. */
export async function swapSettings(path: string, text: string): Promise<SwapSettings> {
  // Most say nothing of swap, and then the YAML package need not be loaded.
  if (!/failSwapOn|memorySwap/.test(text)) return {};
  const value = await parsed(path, text);
  const { failSwapOn, memorySwap } = value;
  const behavior = isRecord(memorySwap) ? memorySwap.swapBehavior : undefined;
  return {
    ...(typeof failSwapOn === 'boolean' ? { failSwapOn } : {}),
    ...(typeof behavior === 'string' && behavior !== '' ? { swapBehavior: behavior } : {}),
  };
}

async function parsed(path: string, text: string): Promise<Record<string, unknown>> {
  const { parse } = await import('./yaml.ts');
  // JSON is YAML, too.
  const value: unknown = parse(text);
  if (isRecord(value)) return value;
  throw new Error(`Expected ${path} to be a kubelet configuration, got \`${text.slice(0, 60)}\``);
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
