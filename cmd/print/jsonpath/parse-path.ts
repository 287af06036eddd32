import { splitOutsideQuotes, unquote } from './quotes.ts';
import { JSONPathError, type FilterOperator, type Operand, type Path, type PathStep } from './path.ts';

/** Reads `.a.b[0]['c']..d[*]`, with or without a leading `$` or `@`. Throws JSONPathError. */
export function parsePath(text: string): Path {
  const fromRoot = text.startsWith('$');
  const steps: PathStep[] = [];
  let rest = fromRoot || text.startsWith('@') ? text.slice(1) : text;
  while (rest !== '') {
    const { found, length } = nextSteps(rest, text);
    steps.push(...found);
    rest = rest.slice(length);
  }
  return { fromRoot, steps };
}

function nextSteps(rest: string, whole: string): { found: PathStep[]; length: number } {
  if (rest.startsWith('[')) return bracket(rest, whole);
  if (rest.startsWith('..')) {
    const name = rest[2] === '[' ? { found: [], length: 0 } : fieldStep(rest.slice(2), whole);
    return { found: [{ kind: 'descend' }, ...name.found], length: 2 + name.length };
  }
  if (rest === '.') return { found: [], length: 1 };
  if (rest.startsWith('.[')) return { found: [], length: 1 };
  const dot = rest.startsWith('.') ? 1 : 0;
  const name = fieldStep(rest.slice(dot), whole);
  return { found: name.found, length: dot + name.length };
}

/** A name up to the next `.` or `[`; `\.` is a dot inside the name, as label keys need it. */
function fieldStep(rest: string, whole: string): { found: PathStep[]; length: number } {
  const match = /^(?:\\.|[^.[\]\\\s{}])+/.exec(rest);
  if (match === null) throw new JSONPathError(`Expected a field name in ${whole}, got \`${rest}\``);
  const name = match[0].replaceAll(/\\(.)/g, '$1');
  return {
    found: [match[0] === '*' ? { kind: 'wildcard' } : { kind: 'field', name }],
    length: match[0].length,
  };
}

function bracket(rest: string, whole: string): { found: PathStep[]; length: number } {
  const end = closingBracket(rest);
  if (end < 0) throw new JSONPathError(`unterminated array in ${whole}`);
  const parts = splitOutsideQuotes(rest.slice(1, end), ',').map((part) => bracketSteps(part.trim(), whole));
  const [only = []] = parts;
  const found: PathStep[] = parts.length === 1 ? only : [{ kind: 'union', branches: parts }];
  return { found, length: end + 1 };
}

/** Index of the `]` that closes the `[` at 0, quotes and nested brackets skipped. */
function closingBracket(text: string): number {
  let depth = 0;
  let quote = '';
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index] ?? '';
    if (quote !== '') {
      if (char === '\\') index += 1;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '[') depth += 1;
    else if (char === ']' && (depth -= 1) === 0) return index;
  }
  return -1;
}

function bracketSteps(inside: string, whole: string): PathStep[] {
  // kubectl reads a quoted key as a path of its own: `['a.b']` is `.a.b`, and a dot in a key needs its backslash.
  if (/^['"]/.test(inside)) return parsePath(`.${inside.slice(1, -1)}`).steps;
  return [bracketStep(inside, whole)];
}

function bracketStep(inside: string, whole: string): PathStep {
  if (inside === '*') return { kind: 'wildcard' };
  if (/^-?\d+$/.test(inside)) return { kind: 'index', index: Number(inside) };
  if (inside.startsWith('?(') && inside.endsWith(')')) return filterStep(inside.slice(2, -1), whole);
  const slice = /^(-?\d+)?:(-?\d+)?(?::(\d+))?$/.exec(inside);
  if (slice === null) throw new JSONPathError(`invalid array index ${inside} in ${whole}`);
  const bound = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  return { kind: 'slice', start: bound(slice[1]), end: bound(slice[2]), step: Number(slice[3] ?? 1) };
}

const FILTER = /^((?:"(?:\\.|[^"])*"|'(?:\\.|[^'])*'|[^"'=!<>])*)(==|!=|<=|>=|<|>)(.*)$/s;

function filterStep(text: string, whole: string): PathStep {
  const match = FILTER.exec(text);
  if (match === null) return { kind: 'filter', left: operand(text.trim(), whole), operator: 'exists' };
  const [, left = '', operator = '', right = ''] = match;
  return {
    kind: 'filter',
    left: operand(left.trim(), whole),
    operator: operator as FilterOperator,
    right: operand(right.trim(), whole),
  };
}

function operand(text: string, whole: string): Operand {
  if (/^['"]/.test(text)) return { kind: 'literal', value: unquote(text) };
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return { kind: 'literal', value: Number(text) };
  if (text === 'true' || text === 'false') return { kind: 'literal', value: text === 'true' };
  if (/^[@$.]/.test(text)) return { kind: 'path', path: parsePath(text) };
  throw new JSONPathError(`unrecognized filter operand \`${text}\` in ${whole}`);
}
