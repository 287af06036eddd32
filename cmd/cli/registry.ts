import type { Verb } from './verb.ts';

/** A verb before its module is loaded. */
export interface VerbEntry {
  /** `['setup', 'node']`. */
  path: readonly string[];
  /** One line in the help of its parent. */
  summary: string;
  load: () => Promise<Verb>;
}

/** A word that only groups verbs: `setup`. */
export interface GroupEntry {
  name: string;
  summary: string;
}

export const GROUPS: readonly GroupEntry[] = [
  { name: 'setup', summary: 'Turn raw NVMe drives into ready storage' },
];

/** Every verb, in the order of the help. Loaded one at a time, so that `version` costs nothing of `status`. */
export const VERBS: readonly VerbEntry[] = [
  {
    path: ['status'],
    summary: 'Show nodes with their NVMe drives, volumes and problems',
    load: async () => (await import('../verbs/status.ts')).status,
  },
  {
    path: ['setup', 'node'],
    summary: 'Set up the drives of a node',
    load: async () => (await import('../verbs/setup-node.ts')).setupNode,
  },
  {
    path: ['completion'],
    summary: 'Say how to switch on shell completion',
    load: async () => (await import('../verbs/completion.ts')).completion,
  },
  {
    path: ['version'],
    summary: 'Print the version of this plugin',
    load: async () => (await import('../verbs/version.ts')).version,
  },
];

/** The verb that the words name, if they name one; words behind it are its arguments. */
export function findVerb(words: readonly string[]): VerbEntry | undefined {
  return VERBS.find(({ path }) => path.every((word, index) => matchesWord(word, words[index])));
}

/** kubectl takes `node`, `nodes` and `no` alike. */
const ALIASES: Readonly<Record<string, readonly string[]>> = { node: ['nodes', 'no'] };

/** Other spellings of a word of a verb's path. */
export const aliasesOf = (word: string): readonly string[] => ALIASES[word] ?? [];

const matchesWord = (word: string, typed: string | undefined): boolean =>
  typed !== undefined && (typed === word || aliasesOf(word).includes(typed));
