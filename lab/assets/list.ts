/** The entries of a list with one a line; blank lines and `#` comments are for its readers. */
export function listEntries(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}
