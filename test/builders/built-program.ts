import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DIST = join(import.meta.dirname, '..', '..', 'dist');

export interface ProgramResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Path of a built program; `npm run build` makes it. */
export const builtProgram = (name: string): string => join(DIST, name);

/** Runs a program to its end, without a terminal and with no environment but this. */
export function runProgramFile(
  file: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<ProgramResult> {
  // kubectl without a HOME keeps its cache in the working directory.
  const options = { env: { PATH: process.env.PATH, HOME: tmpdir(), ...env }, timeout: 60_000 };
  return new Promise((resolve, reject) => {
    execFile(file, args, options, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : error.code;
      if (typeof exitCode === 'number') resolve({ exitCode, stdout, stderr });
      else reject(error instanceof Error ? error : new Error(`${file} did not run`));
    });
  });
}
