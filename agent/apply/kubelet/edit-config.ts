import { isDeepStrictEqual } from 'node:util';

const HEAD = { apiVersion: 'kubelet.config.k8s.io/v1beta1', kind: 'KubeletConfiguration' };
const WANTED = { failSwapOn: false, memorySwap: { swapBehavior: 'LimitedSwap' } };

/** A configuration that says nothing else, for drop-ins and kubelets that had none. */
export const ONLY_LIMITED_SWAP = `apiVersion: ${HEAD.apiVersion}
kind: ${HEAD.kind}
failSwapOn: false
memorySwap:
  swapBehavior: LimitedSwap
`;

/** A configuration that says nothing, in place of one of ours that is taken back. */
export const SAYS_NOTHING = `apiVersion: ${HEAD.apiVersion}\nkind: ${HEAD.kind}\n`;

/** A kubelet's configuration that cannot be edited; nothing was written. */
export class KubeletConfigError extends Error {
  override readonly name = 'KubeletConfigError';
}

/**
 * The text with swap allowed and limited; the same text when it says so already. YAML keeps its comments, order and
 * quoting, JSON stays JSON, and everything else means what it meant: that is compared before the text is given.
 */
export async function withLimitedSwap(path: string, text: string): Promise<string> {
  if (text.trim() === '') return ONLY_LIMITED_SWAP;
  const { parse, parseDocument } = await import('../../discover/yaml.ts');
  const before = configuration(path, () => parse(text) as unknown);
  const wanted = { ...before, ...WANTED };
  if (isDeepStrictEqual(before, wanted)) return text;
  const edited = text.trimStart().startsWith('{')
    ? `${JSON.stringify(wanted, null, 2)}\n`
    : edit(parseDocument(text));
  const after = configuration(path, () => parse(edited) as unknown);
  if (isDeepStrictEqual(after, wanted)) return edited;
  throw new KubeletConfigError(`${path} could not be edited without changing more than its swap settings`);
}

interface EditableDocument {
  set(key: string, value: unknown): void;
  setIn(path: string[], value: unknown): void;
  toString(options: { lineWidth: number }): string;
}

function edit(document: EditableDocument): string {
  document.set('failSwapOn', WANTED.failSwapOn);
  document.setIn(['memorySwap'], WANTED.memorySwap);
  return document.toString({ lineWidth: 0 });
}

function configuration(path: string, parse: () => unknown): Record<string, unknown> {
  const value = parsed(path, parse);
  if (typeof value === 'object' && value !== null && 'kind' in value && value.kind === HEAD.kind)
    return Object.fromEntries(Object.entries(value));
  throw new KubeletConfigError(`Expected ${path} to be a ${HEAD.kind}, got ${String(value).slice(0, 60)}`);
}

function parsed(path: string, parse: () => unknown): unknown {
  try {
    return parse();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new KubeletConfigError(`${path} cannot be understood: ${why}`, { cause });
  }
}
