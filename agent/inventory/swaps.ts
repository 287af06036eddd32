/**
 * Device names in /proc/swaps, without `/dev/`: inside a container the kernel may leave that prefix out. Undefined
 * when a line is not understood, because it may be the one that says a drive is in use.
 */
export function parseSwaps(text: string): string[] | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('Filename'));
  const entries = lines.map((line) => /^(\S+)\s+(partition|file)(?:\s|$)/.exec(line));
  if (entries.includes(null)) return undefined;
  return entries
    .filter((entry) => entry?.[2] === 'partition')
    .map((entry) => (entry?.[1] ?? '').replace(/^\/(?:dev\/)?/, ''));
}
