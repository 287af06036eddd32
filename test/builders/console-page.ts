/** One command of a page, and what it says it prints. */
export interface ConsoleCommand {
  command: string;
  expected: string;
}

/** The commands in a page's blocks of ```console, in their order: lines that begin with `$ `, each with what follows it. */
export function consoleCommands(page: string): ConsoleCommand[] {
  const blocks = [...page.matchAll(/^```console\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const [command = '', ...expected] = part.trimEnd().split('\n');
        return { command, expected: expected.join('\n') };
      }),
  );
}

/** Whether output is what a page says: `…` stands for anything in a line, alone on a line for any lines. Blanks count once. */
export function matchesPage(output: string, expected: string): boolean {
  const pattern = tidy(expected)
    .split('\n')
    .map((line) => (line === '…' ? '(?:.*\n)*?' : `${line.split('…').map(literal).join('.*')}\n`));
  return new RegExp(`^${pattern.join('')}$`).test(`${tidy(output)}\n`);
}

const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');

const tidy = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' ').trimEnd())
    .join('\n');
