import { CONFIG_FLAGS } from '../cli/config-flags.ts';
import type { Candidates, Flag, NamedKind } from '../cli/flag.ts';
import { findVerb, GROUPS, VERBS, type VerbEntry } from '../cli/registry.ts';
import type { Verb } from '../cli/verb.ts';

/** What may stand at the cursor: fixed candidates, or names that only the cluster knows. */
export type Completion =
  | { kind: 'words'; words: string[] }
  | { kind: 'names'; of: NamedKind; prefix: string; taken: readonly string[] };

const words = (list: readonly string[], partial: string): Completion => ({
  kind: 'words',
  words: list.filter((word) => word.split('\t', 1)[0]?.startsWith(partial)),
});

/** Completes the last word of a command line (without `kubectl nvme`); loads at most the verb that it names. */
export async function complete(line: readonly string[]): Promise<Completion> {
  const partial = line.at(-1) ?? '';
  const before = line.slice(0, -1);
  const entry = findVerb(operands(before, CONFIG_FLAGS));
  const verb = await entry?.load();
  const flags = [...(verb?.usage.flags ?? []), ...CONFIG_FLAGS];
  const open = flagWaitingForValue(before.at(-1), flags);
  if (open) return values(open.candidates, partial, []);
  const [long, value] = partial.startsWith('--') ? partial.split(/=(.*)/s, 2) : [partial];
  if (value !== undefined) return flagValue(long ?? '', value, flags);
  if (partial.startsWith('-')) return words(flags.map(flagWord), partial);
  if (!entry || !verb) return words(nextWords(operands(before, CONFIG_FLAGS)), partial);
  return argument(entry, verb, operands(before, flags), partial);
}

function argument(entry: VerbEntry, { usage }: Verb, typed: string[], partial: string): Completion {
  const taken = typed.slice(entry.path.length);
  const full = usage.maxArgs !== undefined && taken.length >= usage.maxArgs;
  return full ? words([], partial) : values(usage.candidates, partial, taken);
}

function values(candidates: Candidates | undefined, prefix: string, taken: readonly string[]): Completion {
  if (typeof candidates === 'string') return { kind: 'names', of: candidates, prefix, taken };
  return words(candidates ?? [], prefix);
}

/** `--output=js` is completed as a whole word, because the shell replaces the whole word. */
function flagValue(long: string, value: string, flags: readonly Flag[]): Completion {
  const candidates = flags.find((flag) => `--${flag.long}` === long)?.candidates;
  const fixed = typeof candidates === 'string' ? [] : (candidates ?? []);
  return words(
    fixed.map((candidate) => `${long}=${candidate}`),
    `${long}=${value}`,
  );
}

const flagWord = ({ long, description }: Flag): string => `--${long}\t${description}`;

/** The flag whose value the cursor is at. */
function flagWaitingForValue(previous: string | undefined, flags: readonly Flag[]): Flag | undefined {
  if (!previous?.startsWith('-')) return undefined;
  const flag = flags.find(({ long, short }) => previous === `--${long}` || previous === `-${short ?? ''}`);
  return flag?.value !== undefined && flag.bare === undefined ? flag : undefined;
}

/** The words that are neither flags nor their values. */
function operands(line: readonly string[], flags: readonly Flag[]): string[] {
  return line.filter((word, index) => {
    const isFlag = word.startsWith('-');
    return !isFlag && flagWaitingForValue(line[index - 1], flags) === undefined;
  });
}

/** Verbs and groups, or the verbs of the group that was typed, each with what it does. */
function nextWords(typed: readonly string[]): string[] {
  const [first] = typed;
  if (first === undefined) {
    const verbs = VERBS.filter(({ path }) => path.length === 1);
    return [
      ...verbs.map((verb) => `${verb.path[0] ?? ''}\t${verb.summary}`),
      ...GROUPS.map(groupWord),
      'help\tShow help',
    ];
  }
  const inGroup = VERBS.filter(({ path }) => path.length === 2 && path[0] === first);
  return typed.length === 1 ? inGroup.map(({ path, summary }) => `${path[1] ?? ''}\t${summary}`) : [];
}

const groupWord = ({ name, summary }: (typeof GROUPS)[number]): string => `${name}\t${summary}`;
