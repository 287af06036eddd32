import type { AssetContext } from '../../lab/assets/context.ts';

/** An asset context over the given cache folder that keeps its progress lines in `lines`. */
export function assetContext(
  cacheDir: string,
  overrides: Partial<AssetContext> = {},
): AssetContext & { lines: string[] } {
  const lines: string[] = [];
  return {
    cacheDir,
    env: { PATH: process.env.PATH },
    progress: (line) => void lines.push(line),
    signal: new AbortController().signal,
    ...overrides,
    lines,
  };
}
