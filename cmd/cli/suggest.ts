/** Words close enough to a mistyped one to be meant: two edits at most, or the same beginning. */
export function suggestions(typed: string, words: readonly string[]): string[] {
  return words.filter((word) => word.startsWith(typed.toLowerCase()) || distance(typed, word) <= 2);
}

/** Levenshtein distance, case ignored. */
function distance(a: string, b: string): number {
  const target = b.toLowerCase();
  let previous = Array.from({ length: target.length + 1 }, (_, index) => index);
  for (const [row, char] of Array.from(a.toLowerCase()).entries()) {
    const current = [row + 1];
    for (let column = 1; column <= target.length; column += 1) {
      const substitution = (previous[column - 1] ?? 0) + Number(char !== target[column - 1]);
      current.push(Math.min((current[column - 1] ?? 0) + 1, (previous[column] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[target.length] ?? 0;
}
