import { JSONPathError } from './path.ts';

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\' };

/** The text between a pair of quotes, with `\n`, `\t`, `\r`, `\\` and escaped quotes resolved. Throws JSONPathError. */
export function unquote(text: string): string {
  const quote = text[0];
  if (text.length < 2 || !text.endsWith(quote ?? ''))
    throw new JSONPathError(`unterminated quote in ${text}`);
  return text.slice(1, -1).replaceAll(/\\(.)/gs, (_, char: string) => ESCAPES[char] ?? char);
}

/** Splits at a one-character separator that is not inside quotes or parentheses. */
export function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts = [''];
  let quote = '';
  let depth = 0;
  for (const char of text) {
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    else if (char === separator && depth === 0) {
      parts.push('');
      continue;
    }
    parts[parts.length - 1] = (parts.at(-1) ?? '') + char;
  }
  return parts;
}
