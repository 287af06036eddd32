import { homedir } from 'node:os';
import { labContext } from '../lab/context.ts';
import { benchAdmission } from './admission/bench.ts';
import { benchAgent } from './agent/bench.ts';
import { benchBirths } from './births/bench.ts';
import { benchCli } from './cli/bench.ts';
import { benchCleanup } from './cleanup.ts';
import { benchLab } from './lab.ts';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());

// The labs of a benchmark end with it, however it ends.
const ctx = labContext({
  env: process.env,
  home: homedir(),
  progress: (line) => console.error(line),
  signal: interrupt.signal,
  lifetime: 'owner',
});
const json = process.argv.includes('--json');
const nodes = process.env.BIRTHS === undefined ? undefined : Number(process.env.BIRTHS);
const benches: Readonly<Record<string, (write: (text: string) => void) => Promise<void>>> = {
  lab: (write) => benchLab(ctx, write),
  agent: (write) => benchAgent(ctx, write, json),
  admission: (write) => benchAdmission(ctx, write, json),
  cli: (write) => benchCli(ctx, write, json),
  cleanup: (write) => benchCleanup(ctx, write, json),
  births: (write) => benchBirths(ctx, write, json, nodes),
};

const names = process.argv.slice(2).filter((argument) => argument !== '--json');
const unknown = names.filter((name) => !(name in benches));
if (names.length === 0 || unknown.length > 0) {
  if (unknown.length > 0)
    console.error(`error: unknown benchmark ${unknown.map((name) => `'${name}'`).join(', ')}`);
  console.error(`usage: npm run bench -- ${Object.keys(benches).join('|')} [--json]`);
  process.exitCode = 1;
} else {
  for (const name of names) await benches[name]?.((text) => process.stdout.write(text));
}
