// `npm run torture -- agent`: kills the agent and cuts the power at random, and judges what comes of it by the machine's own programs.
import { tortureOptions, USAGE, type TortureOptions } from './options.ts';
import { outcomeTable } from './report.ts';
import { Torture } from './torture.ts';

const write = (text: string): void => void process.stdout.write(`${text}\n`);
const tell = (line: string): void => write(`${new Date().toISOString().slice(11, 19)} ${line}`);

let options: TortureOptions | undefined;
try {
  options = tortureOptions(process.argv.slice(2));
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 1;
}
if (options !== undefined) {
  const outcome = await Torture.run(options, tell);
  write(`\n${outcomeTable(outcome)}`);
  // Watches would keep the process.
  process.exit(outcome.wrong.length === 0 ? 0 : 1);
}
