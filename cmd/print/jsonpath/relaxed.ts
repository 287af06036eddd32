import { parsePath } from './parse-path.ts';
import { JSONPathError, type Path } from './path.ts';

/** A path as `--sort-by` and `custom-columns` take it: `a.b`, `.a.b`, `{a.b}` or `{.a.b}`. Throws JSONPathError. */
export function parseRelaxedPath(text: string): Path {
  const match = /^\{\.?([^{}]+)\}$|^\.?([^{}]+)$/.exec(text);
  if (match === null) {
    throw new JSONPathError(
      `unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}', got '${text}'`,
    );
  }
  const inside = match[1] ?? match[2] ?? '';
  return parsePath(inside.startsWith('[') ? inside : `.${inside}`);
}
