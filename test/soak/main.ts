// `npm run soak`: a real control plane, machines and volumes that come and go, faults, for as long as is asked.
import { homedir } from 'node:os';
import { labContext } from '../../lab/context.ts';
import { startLab } from '../../lab/lab.ts';
import { soakOptions, USAGE, type SoakOptions } from './options.ts';
import { countTable, replicaTable } from './report.ts';
import { install, startReplica } from './set-up.ts';
import { Soak } from './soak.ts';
import { faultsFound } from './verdict.ts';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());

const write = (text: string): void => void process.stdout.write(text);
const progress = (line: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);
const ctx = labContext({
  ...{ env: process.env, home: homedir(), progress, signal: interrupt.signal, lifetime: 'owner' as const },
});

async function run(options: SoakOptions): Promise<string[]> {
  const lab = await startLab(ctx, { controlPlaneOnly: true });
  try {
    const installed = await install(ctx, lab);
    const steady = await startReplica(ctx, lab, 'steady');
    // A second one with an address of its own would fight the first for the registration.
    const mortal = await startReplica(ctx, lab, 'mortal', '--no-admission');
    const soak = await Soak.create({ ...{ lab, steady, mortal, options, write, progress }, ...installed });
    const findings = await soak.run(interrupt.signal);
    const { tally, expectations } = soak.stage;
    write(`\n${replicaTable([steady, mortal])}\n${countTable(soak.troubles.counts)}\n`);
    write(`births ${tally.births}, of these tainted in the CREATE ${tally.taintedInCreate}; `);
    write(`reboots ${tally.reboots}, returns ${tally.returns}, deaths ${tally.deaths}; `);
    write(`claims ${tally.claims}, releases ${tally.releases}\n`);
    write(
      `expectations met ${expectations.met}, the slowest after ${(expectations.slowest / 1000).toFixed(1)} s; `,
    );
    write(`events heard ${soak.pictures.events}, watches begun anew ${soak.pictures.restarts}, `);
    write(`lists ${soak.pictures.lists}\n`);
    write(`replicas that gave up a lost lease ${findings.ends.length}\n`);
    await steady.stop();
    await mortal.stop();
    return faultsFound(findings);
  } finally {
    await lab.stop();
  }
}

let options: SoakOptions | undefined;
try {
  options = soakOptions(process.argv.slice(2));
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 1;
}
if (options !== undefined) {
  const wrong = await run(options);
  write(wrong.length === 0 ? 'missed events 0\n' : wrong.map((line) => `FAILED: ${line}\n`).join(''));
  // Open sockets of the proxies would keep the process.
  process.exit(wrong.length === 0 && !interrupt.signal.aborted ? 0 : 1);
}
