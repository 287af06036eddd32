import type { Command, HelpConfiguration } from 'commander';
import { alignRows } from '../print/table.ts';
import { CONFIG_FLAGS } from './config-flags.ts';
import type { Flag } from './flag.ts';
import type { VerbUsage } from './verb.ts';

/** How the program is called; kubectl finds it as a plugin. */
export const NAME = 'kubectl nvme';

/** First line of the root's help. */
export const rootDescription = 'Local NVMe drives on Kubernetes, from a node’s birth to its death.';

/** Behind the list of commands: how to begin, and the flags that every command takes. */
export function rootFooter(): string {
  return `
Examples:
  # Which drives are where, and what is wrong
  kubectl nvme status

  # Set up the drives of one node and watch it happen
  kubectl nvme setup node worker-1

Flags of every command that talks to the cluster:
${alignRows(CONFIG_FLAGS.map(flagRow)).join('\n')}

Use "${NAME} [command] --help" for more about a command.`;
}

const flagRow = ({ long, short, value, description }: Flag): string[] => [
  `  ${short === undefined ? '    ' : `-${short}, `}--${long}${value === undefined ? '' : ` <${value}>`}`,
  description,
];

/** Other spellings of a command work but are not shown. */
export const HELP_STYLE: HelpConfiguration = {
  commandUsage: (command) => `${pathOf(command)} ${command.usage()}`,
  subcommandTerm: (command) => (command.name() === 'help' ? 'help [COMMAND]' : command.name()),
};

const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();

/** Long description, arguments and examples of a verb. */
export function addHelp(command: Command, usage: VerbUsage): void {
  command.description(usage.description);
  command.usage([usage.args, '[flags]'].filter((part) => part !== '').join(' '));
  const examples = usage.examples.map((example) => `  # ${example.comment}\n  ${example.command}`);
  command.addHelpText(
    'after',
    `\nExamples:\n${examples.join('\n\n')}\n\nThe flags of "${NAME} --help" work here too.`,
  );
}
