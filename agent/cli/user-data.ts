/** Where Bottlerocket shows a bootstrap container its user data; such a container can be given no arguments. */
export const USER_DATA_PATH = '/.bottlerocket/bootstrap-containers/current/user-data';

/** User data that are no list of arguments. */
export class UserDataError extends Error {
  override readonly name = 'UserDataError';
}

/**
 * The arguments of the program: those it was given, else the JSON array in Bottlerocket's user data, else none.
 * Rejects with UserDataError, and with the error of reading the file unless it is not there.
 */
export async function argumentsOf(
  given: readonly string[],
  readFile: (path: string) => Promise<string>,
): Promise<string[]> {
  if (given.length > 0) return [...given];
  try {
    return parse(await readFile(USER_DATA_PATH));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function parse(text: string): string[] {
  const expected = `Expected ${USER_DATA_PATH} to hold a JSON array of arguments such as ["swap", "--cloud-provider", "aws"], got \`${text.slice(0, 60)}\``;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserDataError(expected, { cause });
  }
  if (Array.isArray(value) && value.every((word) => typeof word === 'string')) return value;
  throw new UserDataError(expected);
}
