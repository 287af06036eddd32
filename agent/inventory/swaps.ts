/** A block device that the kernel swaps on. */
export interface SwapEntry {
  /** Without `/dev/`: inside a container the kernel may leave that prefix out. */
  name: string;
  priority: number;
}

/** How many swap areas are on, files and memory of the host's own included: a kubelet that forbids swap counts them all. */
export const swapCount = (text: string): number => linesOf(text).length;

const linesOf = (text: string): string[] =>
  text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('Filename'));

/**
 * The devices in /proc/swaps. Undefined when a line is not understood, because it may be the one that says a drive is
 * in use.
 */
export function parseSwaps(text: string): SwapEntry[] | undefined {
  const entries = linesOf(text).map((line) =>
    /^(\S+)\s+(partition|file)(?:\s+\S+\s+\S+\s+(-?\d+))?(?:\s|$)/.exec(line),
  );
  if (entries.includes(null)) return undefined;
  return entries
    .filter((entry) => entry?.[2] === 'partition')
    .map((entry) => ({
      name: (entry?.[1] ?? '').replace(/^\/(?:dev\/)?/, ''),
      priority: Number(entry?.[3] ?? 0),
    }));
}
