/** Orders `v1.36.0-gke.100` and the like by their three numbers: negative when the first is older. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbers(a), numbers(b)];
  for (let index = 0; index < 3; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const numbers = (version: string): number[] =>
  (/(\d+)\.(\d+)(?:\.(\d+))?/.exec(version) ?? []).slice(1).map((digits) => Number(digits || 0));
