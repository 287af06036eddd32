// `npm test`: every check and every ring of tests, then one summary. Rings need more of a machine the later they
// come; a ring that this machine cannot run is named with the reason, never left out in silence.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

interface Stage {
  name: string;
  command: string[];
  /** File that vitest writes its JSON report to; absent for plain checks. */
  report?: string;
}

interface Outcome {
  name: string;
  ok: boolean;
  seconds: number;
  passed: number;
  failed: number;
  skipped: number;
  /** What failed, each with its file and the first lines of why: the end of a long output has to say it again. */
  failures: string[];
}

/** The part of vitest's JSON report that the summary needs. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
  }[];
}

const root = join(import.meta.dirname, '..');
const bin = (name: string): string => join(root, 'node_modules', '.bin', name);
const reports = mkdtempSync(join(tmpdir(), 'kubectl-nvme-test-'));

const check = (name: string, ...command: string[]): Stage => ({ name, command });
/** A ring, or the part of it that the given arguments of vitest leave. */
const ring = (name: string, ...part: string[]): Stage => {
  const report = join(reports, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return { name, report, command: [bin('vitest'), 'run', '--project', name, ...reporters, ...part] };
};

// What every layout and life of a node takes is half an hour of booting machines: `npm run test:nodes` runs it all.
const nodesSlice = ['test/nodes/main-job', 'test/nodes/lab'];

// What takes minutes by itself: `npm run test:cluster` runs it all.
const leftOut = [
  'test/cluster/webhook/births.test.ts',
  'test/cluster/webhook/rotation.test.ts',
  'test/cluster/cmd/uninstall-orders.test.ts',
];

/** Silent unless something is wrong, and of one core each: they run side by side. */
const checks: Stage[] = [
  check('generated files', process.execPath, 'scripts/generate.ts', '--check'),
  check('format', bin('prettier'), '--check', '--log-level=warn', '.'),
  check('types', bin('tsc'), '--noEmit'),
  check('lint', bin('eslint'), '.', '--max-warnings', '0'),
];

const rings: Stage[] = [
  ring('unit'),
  ring('cluster', ...leftOut.flatMap((file) => ['--exclude', file])),
  ring('nodes', ...nodesSlice),
];

function exitCodeOf(command: string[]): Promise<number> {
  const [program = '', ...args] = command;
  const path = `${join(root, 'node_modules', '.bin')}:${process.env.PATH ?? ''}`;
  const child = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, PATH: path },
  });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.once('SIGINT', forward).once('SIGTERM', forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('SIGINT', forward).off('SIGTERM', forward);
      resolve(code ?? 130);
    });
  });
}

const firstLines = (text: string): string =>
  stripVTControlCharacters(text)
    .split('\n')
    .slice(0, 12)
    .map((line) => `    ${line.slice(0, 400)}`)
    .join('\n');

/** Each failed test, and each file that failed outside its tests. */
function failuresOf(report: Report): string[] {
  return report.testResults.flatMap((file) => {
    const where = relative(root, file.name);
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0) return file.status === 'failed' ? [`${where}\n${firstLines(file.message)}`] : [];
    return failed.map(
      (test) => `${where} > ${test.fullName}\n${firstLines(test.failureMessages.join('\n'))}`,
    );
  });
}

async function run(stage: Stage): Promise<Outcome> {
  console.log(`\n=== ${stage.name} ===`);
  const started = performance.now();
  const code = await exitCodeOf(stage.command);
  const seconds = (performance.now() - started) / 1000;
  const none: Report = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, testResults: [] };
  const written = stage.report !== undefined && existsSync(stage.report);
  const report = written ? (JSON.parse(readFileSync(stage.report ?? '', 'utf8')) as Report) : none;
  // A ring that ran no test has proved nothing.
  const ok = code === 0 && (stage.report === undefined || report.numPassedTests > 0);
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = report;
  return { name: stage.name, ok, seconds, passed, failed, skipped, failures: failuresOf(report) };
}

function row({ name, ok, seconds, passed, failed, skipped }: Outcome): string {
  const counts =
    passed + failed + skipped > 0 ? `${passed} passed, ${failed} failed, ${skipped} skipped` : '';
  return `${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(16)} ${seconds.toFixed(1).padStart(7)} s  ${counts}`;
}

const outcomes: Outcome[] = await Promise.all(checks.map(run));
for (const stage of rings) outcomes.push(await run(stage));
rmSync(reports, { recursive: true, force: true });

for (const { name, failures } of outcomes)
  if (failures.length > 0) console.log(`\n=== failed in ${name} ===\n${failures.join('\n')}`);

console.log('\n=== summary ===');
for (const outcome of outcomes) console.log(row(outcome));
console.log(`\nof the cluster ring this was all but ${leftOut.join(' and ')}: \`npm run test:cluster\``);
console.log(`of the nodes ring this was ${nodesSlice.join(' and ')}: \`npm run test:nodes\` runs all of it`);
const sum = (pick: (outcome: Outcome) => number): number =>
  outcomes.reduce((total, one) => total + pick(one), 0);
const brokenChecks = outcomes.filter(({ ok, failed }) => !ok && failed === 0).length;
console.log(
  `\n${sum((o) => o.passed)} passed, ${sum((o) => o.failed) + brokenChecks} failed, ${sum((o) => o.skipped)} skipped`,
);
process.exitCode = outcomes.every(({ ok }) => ok) ? 0 : 1;
