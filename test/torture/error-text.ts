import { AssertionError } from 'node:assert/strict';
import { inspect } from 'node:util';

/** What is wrong, in a line or a few: of an assertion also what was found and what should be. */
export function errorText(error: unknown): string {
  if (!(error instanceof AssertionError)) return error instanceof Error ? error.message : String(error);
  const [message = ''] = error.message.split('\n');
  const value = (of: unknown): string => inspect(of, { breakLength: Infinity }).slice(0, 300);
  return `${message}: ${value(error.actual)} instead of ${value(error.expected)}`;
}
