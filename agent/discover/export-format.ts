/**
 * `KEY=value` lines as `blkid -o export` and `mdadm --export` print them. blkid puts a backslash before characters that
 * a shell would read; values may hold further `=`.
 */
export function parseExport(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) values[line.slice(0, at)] = line.slice(at + 1).replaceAll(/\\(.)/g, '$1');
  }
  return values;
}
