// `npm run fuzz [-- agent|admission] [--runs N] [--seed S]`: many odd inputs, with a new seed each time. The same tests run
// in the unit ring on a fixed slice.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** Inputs of one run: snapshots for the agent, requests of each of three kinds for admission. */
const ROOMS = {
  agent: { file: 'test/unit/agent/plan/fuzz.test.ts', runs: 100_000 },
  admission: { file: 'test/unit/webhook/admission/fuzz.test.ts', runs: 34_000 },
} as const;

type Room = keyof typeof ROOMS;
const isRoom = (name: string): name is Room => Object.hasOwn(ROOMS, name);

const root = join(import.meta.dirname, '..');

function fuzz(room: Room, runs: string | undefined, seed: string): boolean {
  const { file, runs: usual } = ROOMS[room];
  process.stdout.write(`${room}: ${runs ?? usual} inputs, seed ${seed}\n`);
  const arguments_ = ['run', '--project', 'unit', '--testTimeout', '3600000', file];
  const env = { ...process.env, FUZZ_RUNS: runs ?? String(usual), FUZZ_SEED: seed };
  return (
    spawnSync(join(root, 'node_modules/.bin/vitest'), arguments_, { cwd: root, env, stdio: 'inherit' })
      .status === 0
  );
}

const { values, positionals } = parseArgs({
  options: { runs: { type: 'string' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const rooms = positionals.length > 0 ? positionals : Object.keys(ROOMS);
const unknown = rooms.find((name) => !isRoom(name));
if (unknown !== undefined) {
  process.stderr.write(`Expected ${Object.keys(ROOMS).join(' or ')}, got \`${unknown}\`\n`);
  process.exit(2);
}
const seed = values.seed ?? String(Date.now() % 2 ** 31);
const passed = rooms.filter(isRoom).map((room) => fuzz(room, values.runs, seed));
process.exit(passed.every(Boolean) ? 0 : 1);
