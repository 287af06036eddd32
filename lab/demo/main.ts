// `npm run demo`: the main job, live, on a cluster of its own.
import { homedir } from 'node:os';
import { prefetchAll } from '../assets/prefetch.ts';
import { labContext } from '../context.ts';
import { installInLab, repoDir } from '../install/install.ts';
import { startLab, type Lab } from '../lab.ts';
import { createNarrator, summary } from './narrator.ts';
import { createObserver } from '../observer.ts';
import { askForStorage, nodeDies, nodeIsBorn, podRuns, type Stage } from './story.ts';

const USAGE = `Shows the main job of kubectl-nvme on a real cluster that it brings up and removes again.

Usage: npm run demo -- [--keep]

  --keep   leave the cluster running and print how to use it`;

const args = process.argv.slice(2);
const unknown = args.find((arg) => !['--keep', '--help', '-h'].includes(arg));
if (unknown !== undefined) {
  console.error(`error: unknown argument ${unknown}\n\n${USAGE}`);
  process.exit(1);
}
if (args.includes('--help') || args.includes('-h')) {
  console.log(USAGE);
  process.exit(0);
}

// Whoever reads may stop (`npm run demo | head`); the cluster is still removed.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const keep = args.includes('--keep');
const started = performance.now();
const narrator = createNarrator(process.stdout, () => (performance.now() - started) / 1000);
const abort = new AbortController();
process.once('SIGINT', () => {
  console.error('\ninterrupted: removing the cluster (once more to leave at once)');
  process.once('SIGINT', () => process.exit(130));
  abort.abort(new Error('interrupted'));
});

const ctx = labContext({
  env: process.env,
  home: homedir(),
  progress: (line) => narrator.say(line),
  signal: abort.signal,
  lifetime: keep ? 'detached' : 'owner',
});

async function tell(lab: Lab): Promise<void> {
  const stage: Stage = { ctx, lab, narrator, observer: createObserver(ctx, lab) };
  await installInLab(ctx, lab);
  narrator.saw('kubectl-nvme is installed', 'kubectl apply -k manifests/base');
  await askForStorage(stage);
  await nodeIsBorn(stage, 'nvme-a');
  await podRuns(stage, 'nvme-a');
  await nodeIsBorn(stage, 'nvme-b');
  await nodeDies(stage, 'nvme-a', 'nvme-b');
  await podRuns(stage, 'nvme-b');
}

let lab: Lab | undefined;
try {
  narrator.chapter('what the cluster is made of');
  await prefetchAll(ctx, { repoDir });
  narrator.chapter('a cluster');
  lab = await startLab(ctx, { controlPlaneOnly: true, ...(keep ? { name: 'demo' } : {}) });
  narrator.saw('control plane is ready', lab.apiServer);
  await tell(lab);
  console.log(`\n${summary(narrator.sightings())}`);
  if (keep) {
    console.log('\nThe cluster stays:\n  eval "$(npm run --silent lab -- env --name demo)"');
    console.log('  kubectl nvme status\n  npm run lab -- down --name demo');
  }
} catch (error) {
  console.error(`\nThe demo stopped: ${error instanceof Error ? error.message : String(error)}`);
  console.error(`\n${summary(narrator.sightings())}`);
  process.exitCode = abort.signal.aborted ? 130 : 1;
} finally {
  if (!keep) await lab?.stop();
}
