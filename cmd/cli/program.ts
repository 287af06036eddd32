import { Command, CommanderError } from 'commander';
import { UsageError } from '../errors/usage.ts';
import { normalizeArgv } from './argv.ts';
import { addFlags, readFlags } from './command.ts';
import { CONFIG_FLAGS } from './config-flags.ts';
import type { FlagValues } from './flag.ts';
import { addHelp, HELP_STYLE, NAME, rootDescription, rootFooter } from './help.ts';
import { aliasesOf, findVerb, GROUPS, VERBS, type VerbEntry } from './registry.ts';
import { suggestions } from './suggest.ts';
import { usageErrorOf } from './usage-errors.ts';
import type { Invocation, Verb } from './verb.ts';

/** What the command line asks for. */
export type Request =
  | { kind: 'help'; text: string }
  | { kind: 'verb'; verb: Verb; invocation: Invocation; config: FlagValues; command: string };

/** Reads a command line (without node and script); loads only the verb that it names. Throws UsageError. */
export async function readCommandLine(argv: readonly string[]): Promise<Request> {
  const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : [...argv];
  const entry = findVerb(operandsOf(words));
  const verb = await entry?.load();
  const { root, leaf } = buildTree(entry, verb);
  const help = captureHelp(root);
  try {
    if (verb === undefined) refuseUnknownVerb(operandsOf(words));
    const argvForCommander = normalizeArgv(words, [...CONFIG_FLAGS, ...(verb?.usage.flags ?? [])]);
    root.parse(argvForCommander.length === 0 ? ['--help'] : argvForCommander, { from: 'user' });
  } catch (error) {
    if (isHelp(error)) return { kind: 'help', text: help.join('') };
    throw usageErrorOf(error, commandName(entry));
  }
  if (verb === undefined) return { kind: 'help', text: root.helpInformation() };
  const invocation = { args: leaf.args, flags: readFlags(leaf, verb.usage.flags) };
  return {
    kind: 'verb',
    verb,
    invocation,
    config: readFlags(root, CONFIG_FLAGS),
    command: commandName(entry),
  };
}

/** Commander ends with an error also after help that nobody asked for, as a group without a verb gets it. */
const isHelp = (error: unknown): boolean =>
  error instanceof CommanderError && (error.exitCode === 0 || error.code === 'commander.help');

const commandName = (entry: VerbEntry | undefined): string => [NAME, ...(entry?.path ?? [])].join(' ');

/** The words that are neither flags nor values of config flags, up to the first flag of a verb. */
function operandsOf(words: readonly string[]): string[] {
  const scanner = new Command();
  addFlags(scanner, CONFIG_FLAGS);
  return scanner.parseOptions(normalizeArgv(words, CONFIG_FLAGS)).operands;
}

/** All commands with their summaries; only the wanted one knows its flags. */
function buildTree(entry: VerbEntry | undefined, verb: Verb | undefined): { root: Command; leaf: Command } {
  const root = new Command(NAME).description(rootDescription).addHelpText('after', rootFooter());
  root.helpCommand('help [COMMAND]', 'Show the help of a command').usage('[command] [flags]');
  root.configureHelp(HELP_STYLE);
  addFlags(root, CONFIG_FLAGS, { hidden: true });
  let leaf = root;
  for (const candidate of VERBS) {
    const command = parentOf(root, candidate).command(candidate.path.at(-1) ?? '');
    command.summary(candidate.summary).description(candidate.summary);
    for (const alias of aliasesOf(command.name())) command.alias(alias);
    if (candidate === entry && verb) {
      leaf = command.argument('[args...]').action(() => undefined);
      addFlags(command, verb.usage.flags);
      addHelp(command, verb.usage);
    }
  }
  return { root, leaf };
}

function parentOf(root: Command, { path }: VerbEntry): Command {
  const [first = ''] = path;
  if (path.length === 1) return root;
  const found = root.commands.find((command) => command.name() === first);
  if (found) return found;
  const summary = GROUPS.find((group) => group.name === first)?.summary ?? '';
  return root.command(first).summary(summary).description(summary).usage('[command] [flags]');
}

/** Makes every command throw instead of exiting, and keeps what it would have printed. */
function captureHelp(root: Command): string[] {
  const help: string[] = [];
  const apply = (command: Command): void => {
    command.exitOverride().configureOutput({
      writeOut: (text) => help.push(text),
      writeErr: (text) => help.push(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
    command.commands.forEach(apply);
  };
  apply(root);
  return help;
}

function refuseUnknownVerb(operands: readonly string[]): void {
  const [first, second] = operands;
  if (first === undefined) return;
  const isGroup = GROUPS.some(({ name }) => name === first);
  const unknown = isGroup ? second : first;
  if (unknown === undefined) return;
  const known = isGroup
    ? VERBS.filter(({ path }) => path[0] === first).map(({ path }) => path[1] ?? '')
    : [...GROUPS.map(({ name }) => name), ...VERBS.map(({ path }) => path[0] ?? ''), 'help'];
  const parent = isGroup ? `${NAME} ${first}` : NAME;
  const close = suggestions(unknown, [...new Set(known)].sort());
  const hint = close.length === 0 ? '' : `\n\nDid you mean this?\n${close.map((w) => `\t${w}`).join('\n')}\n`;
  throw new UsageError(`unknown command "${unknown}" for "${parent}"${hint}`, { command: parent });
}
