// Takes the write lock below the folder argv[2] and runs the shell script argv[3] as a writing program.
import { systemClock } from '../../../../kube/system-clock.ts';
import { createHost } from '../../../../agent/host/real-host.ts';

const [, , rootMount = '', script = ''] = process.argv;
const host = createHost({ rootMount, env: process.env, clock: systemClock() });
await host.withWriteLock(10_000, () => host.run(['sh', '-c', script], { writes: true }));
