/**
 * Host file with the UUIDs of what the agent has begun to make. The executor adds a step's UUID (`makes` in
 * plan/command.ts) durably before the step's program starts and takes it out after the program has succeeded,
 * before the next step. A UUID that is still there after a crash marks its thing as half-made: a killed mkfs leaves
 * blocks without a signature, which otherwise nobody could tell from someone's data.
 */
export const BEGUN_PATH = '/var/lib/kubectl-nvme/begun.json';

/** Text of the file; sorted, so that equal sets give equal files. */
export function formatBegun(uuids: Iterable<string>): string {
  return `${JSON.stringify([...new Set(uuids)].sort())}\n`;
}

/** UUIDs in the file; throws SyntaxError or TypeError when it is damaged. */
export function parseBegun(text: string): string[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value) || !value.every((uuid) => typeof uuid === 'string')) {
    throw new TypeError(`Expected a JSON array of UUIDs in ${BEGUN_PATH}, got \`${text.slice(0, 80)}\``);
  }
  return value;
}
