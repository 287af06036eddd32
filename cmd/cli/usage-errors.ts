import { CommanderError } from 'commander';
import { UsageError } from '../errors/usage.ts';

/** A complaint about a command line, in the words of kubectl's flag parser and with its command; any other error as it is. */
export function usageErrorOf(error: unknown, command: string): Error {
  if (error instanceof UsageError) {
    return error.command === undefined ? new UsageError(error.message, { command, cause: error }) : error;
  }
  if (!(error instanceof CommanderError)) return error instanceof Error ? error : new Error(String(error));
  return new UsageError(wording(error), { command, cause: error });
}

function wording(error: CommanderError): string {
  const flag = /'([^']+)'/.exec(error.message)?.[1] ?? '';
  switch (error.code) {
    case 'commander.unknownOption':
      return flag.startsWith('--')
        ? `unknown flag: ${flag.replace(/=.*$/s, '')}`
        : `unknown shorthand flag: '${flag.slice(1, 2)}' in ${flag}`;
    case 'commander.optionMissingArgument':
      return missingArgument(flag);
    default:
      return error.message.replace(/^error: /, '');
  }
}

/** Commander names the flag as it was declared: `-o, --output <FORMAT>`. */
function missingArgument(declared: string): string {
  const long = /--[^\s,]+/.exec(declared)?.[0] ?? declared;
  return `flag needs an argument: ${long}`;
}
