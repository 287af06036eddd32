import { evaluate } from './evaluate.ts';
import { parsePath } from './parse-path.ts';
import { JSONPathError, type Path } from './path.ts';
import { unquote } from './quotes.ts';

type TemplateNode =
  | { kind: 'text'; text: string }
  | { kind: 'path'; path: Path }
  | { kind: 'range'; path: Path; body: TemplateNode[] };

/** Fills a `-o jsonpath=` template as kubectl does: text outside braces stands, ranges repeat. Throws JSONPathError. */
export function renderTemplate(template: string, object: unknown): string {
  return render(parseTemplate(template), object, object);
}

/** Throws JSONPathError, so that a bad template is found before the cluster is asked. */
export function parseTemplate(template: string): TemplateNode[] {
  const root: TemplateNode[] = [];
  const open: TemplateNode[][] = [root];
  for (const piece of pieces(template)) {
    const body = open.at(-1) ?? root;
    if (piece.text !== undefined) body.push({ kind: 'text', text: piece.text });
    else addExpression(piece.expression, open);
  }
  if (open.length > 1) throw new JSONPathError('unclosed range: {end} is missing');
  return root;
}

type Piece = { text: string } | { text?: undefined; expression: string };

const PIECE = /\{((?:"(?:\\.|[^"])*"|'(?:\\.|[^'])*'|[^{}"'])*)\}|([^{]+)|(\{)/gs;

function pieces(template: string): Piece[] {
  return [...template.matchAll(PIECE)].map(([, expression, text, brace]): Piece => {
    if (brace !== undefined) throw new JSONPathError('unclosed action: } is missing');
    return expression === undefined ? { text: text ?? '' } : { expression: expression.trim() };
  });
}

function addExpression(expression: string, open: TemplateNode[][]): void {
  const body = open.at(-1) ?? [];
  if (expression === 'end') {
    if (open.length === 1) throw new JSONPathError('not in range, nothing to end');
    open.pop();
  } else if (/^range\s/.test(expression)) {
    const range = { kind: 'range' as const, path: parsePath(expression.slice(5).trim()), body: [] };
    body.push(range);
    open.push(range.body);
  } else if (/^['"]/.test(expression)) {
    body.push({ kind: 'text', text: unquote(expression) });
  } else {
    body.push({ kind: 'path', path: parsePath(expression) });
  }
}

function render(nodes: readonly TemplateNode[], current: unknown, root: unknown): string {
  return nodes
    .map((node) => {
      if (node.kind === 'text') return node.text;
      const found = evaluate(node.path, current, root);
      if (node.kind === 'path') return found.map(asText).join(' ');
      return found.map((value) => render(node.body, value, root)).join('');
    })
    .join('');
}

/** Strings bare, objects and arrays as JSON. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
