/**
 * Whether a text fits a pattern as a whole: `*` is any text, `?` any one character, everything else stands for itself.
 * Linear in practice and quadratic at worst; a regular expression of many `.*` would backtrack for minutes.
 */
export function globMatches(pattern: string, text: string): boolean {
  let [at, from] = [0, 0];
  let star: { after: number; from: number } | undefined;
  while (from < text.length) {
    const wanted = pattern[at];
    if (wanted === '*') {
      star = { after: at + 1, from };
      at += 1;
    } else if (wanted === '?' || wanted === text[from]) {
      at += 1;
      from += 1;
    } else if (star === undefined) return false;
    else {
      // The last star takes one character more; an earlier one never needs to.
      star.from += 1;
      at = star.after;
      from = star.from;
    }
  }
  return /^\**$/.test(pattern.slice(at));
}
