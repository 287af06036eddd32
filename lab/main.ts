import { homedir } from 'node:os';
import { runCli } from './cli/program.ts';
import { labContext } from './context.ts';

const INTERRUPTED = 130;

const interrupt = new AbortController();
const onSignal = (): void => {
  // The second one does not wait for the tidying up; `lab down` can do it later.
  if (interrupt.signal.aborted) process.exit(INTERRUPTED);
  console.error('interrupted: ending what was started…');
  interrupt.abort();
};
process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);

// Whoever reads may stop (`lab status | head`); what was begun goes on to its end.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

async function readStdin(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const ctx = labContext({
  env: process.env,
  home: homedir(),
  progress: (line) => console.error(line),
  signal: interrupt.signal,
  lifetime: 'detached',
});
try {
  process.exitCode = await runCli(
    { ctx, stdout: process.stdout, stderr: process.stderr, readStdin },
    process.argv.slice(2),
  );
} catch (error) {
  if (interrupt.signal.aborted) {
    process.exitCode = INTERRUPTED;
  } else {
    console.error(`Error: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
