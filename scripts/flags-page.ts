import { CONFIG_FLAGS } from '../cmd/cli/config-flags.ts';
import type { Flag } from '../cmd/cli/flag.ts';
import { VERBS } from '../cmd/cli/registry.ts';
import type { VerbUsage } from '../cmd/cli/verb.ts';

/** docs/flags.md: every command with its arguments, flags and examples, from the data that `--help` is made of. */
export async function flagsPage(): Promise<string> {
  const sections = VERBS.map(async ({ path, summary, load }) =>
    section(path.join(' '), summary, (await load()).usage),
  );
  return [
    '# Every flag of `kubectl nvme`',
    'What `--help` says, on one page. [The plugin](cli.md) tells what the commands are for.',
    ...(await Promise.all(sections)),
    `## Flags of every command\n\n${table(CONFIG_FLAGS)}`,
  ]
    .map((part) => `${part}\n`)
    .join('\n');
}

function section(name: string, summary: string, { args, flags, examples }: VerbUsage): string {
  const usage = ['kubectl nvme', name, args, '[flags]'].filter((part) => part !== '').join(' ');
  const shown = examples.map(({ comment, command }) => `# ${comment}\n${command}`).join('\n');
  return [
    `## ${name}`,
    `${summary}: \`${usage}\``,
    ...(flags.length > 0 ? [table(flags)] : []),
    fenced(shown),
  ].join('\n\n');
}

const fenced = (text: string): string => `\`\`\`sh\n${text}\n\`\`\``;

const table = (flags: readonly Flag[]): string =>
  [
    '| flag | meaning |',
    '|---|---|',
    ...flags.map((flag) => `| \`${spelling(flag)}\` | ${cell(flag.description)} |`),
  ].join('\n');

/** As a table of Markdown takes it: a bar would begin the next cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

function spelling({ long, short, value }: Flag): string {
  const full = `--${long}${value === undefined ? '' : ` ${value}`}`;
  return cell(short === undefined ? full : `-${short}, ${full}`);
}
