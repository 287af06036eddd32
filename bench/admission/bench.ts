import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { goBuild } from '../../lab/assets/go-build.ts';
import { digestOf } from '../../lab/assets/digest.ts';
import { cachedAsset } from '../../lab/assets/store.ts';
import { table } from '../../lab/cli/table.ts';
import { freePorts } from '../../lab/cluster/ports.ts';
import type { LabContext } from '../../lab/context.ts';
import { processIdentity, residentBytes } from '../../lab/process/identity.ts';
import { waitFor } from '../../lab/wait.ts';
import { nodeFlags } from '../../scripts/node-flags.ts';
import { createAuthority, createLeaf } from '../../webhook/certificates/authority.ts';
import { median } from '../median.ts';
import { load, type LoadOptions } from './load.ts';
import { nodeReview } from './review.ts';

const CONNECTIONS = 16;
const WARM_UP_MS = 3_000;
const ROUND_MS = 6_000;
const ROUNDS = 3;
const PATH = '/admit/nodes';

interface Figures {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** After the load. */
  residentMiB: number;
}

/**
 * Admission of nodes beside the same webhook written with controller-runtime (bench/peers/admission): one process each,
 * one after the other, on the same machine, asked by the same generator; the medians of several rounds.
 */
export async function benchAdmission(
  ctx: LabContext,
  write: (text: string) => void,
  json: boolean,
): Promise<void> {
  const peer = await buildPeer(ctx);
  const folder = await mkdtemp(join(tmpdir(), 'kubectl-nvme-bench-'));
  try {
    const authority = await createAuthority(Date.now());
    const leaf = await createLeaf(authority, ['127.0.0.1'], Date.now());
    await writeFile(join(folder, 'tls.crt'), leaf.certificate);
    await writeFile(join(folder, 'tls.key'), leaf.key, { mode: 0o600 });
    const [a = 0, b = 0] = await freePorts(2);
    const main = await bundled(folder);
    const flags = nodeFlags['nvme-webhook'] ?? [];
    const command = [process.execPath, ...flags, main, String(a), folder];
    const ours = await measure(ctx, command, a, authority.certificate);
    const peers = await measure(
      ctx,
      [peer, `-port=${b}`, `-certificates=${folder}`],
      b,
      authority.certificate,
    );
    const ratio = {
      requestsPerSecond: round(ours.requestsPerSecond / peers.requestsPerSecond),
      p99: round(ours.p99Ms / peers.p99Ms),
    };
    if (json) write(`${JSON.stringify({ bench: 'admission', ours, peer: peers, ratio })}\n`);
    else write(report(ours, peers, ratio));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Our endpoint as the program is shipped: one bundle, no compiler of TypeScript in its memory. */
async function bundled(folder: string): Promise<string> {
  const outfile = join(folder, 'ours.mjs');
  await build({
    ...{ outfile, bundle: true, format: 'esm', platform: 'node', target: 'node22', minifySyntax: true },
    entryPoints: [join(import.meta.dirname, 'ours.main.ts')],
    define: { 'process.env.NODE_ENV': '"production"' },
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module';const require = makeRequire(import.meta.url);",
    },
  });
  return outfile;
}

async function buildPeer(ctx: LabContext): Promise<string> {
  const module = join(import.meta.dirname, '..', 'peers', 'admission');
  const pins = await Promise.all(
    ['go.mod', 'go.sum', 'main.go'].map((name) => readFile(join(module, name), 'utf8')),
  );
  const id = `admission-peer-${digestOf({ pins })}`;
  const recipe = { module: 'admission', package: '.', version: 'v0.25.2' };
  const build = (into: string): Promise<void> => goBuild(ctx, recipe, module, join(into, 'admission-peer'));
  return join(await cachedAsset(ctx, { kind: 'binaries', id, oneAtATime: true, build }), 'admission-peer');
}

/** Starts the server, warms it up, asks it in rounds, and ends it. */
async function measure(ctx: LabContext, command: string[], port: number, ca: string): Promise<Figures> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const options = { port, ca, path: PATH, body: nodeReview(), connections: CONNECTIONS };
  try {
    await listening(ctx, options);
    await load({ ...options, durationMs: WARM_UP_MS });
    const rounds: Figures[] = [];
    for (let number = 0; number < ROUNDS; number += 1) rounds.push(await oneRound(options, child.pid ?? 0));
    const middle = (pick: (figures: Figures) => number): number => round(median(rounds.map(pick)));
    return {
      requestsPerSecond: Math.round(middle((one) => one.requestsPerSecond)),
      p50Ms: middle((one) => one.p50Ms),
      p99Ms: middle((one) => one.p99Ms),
      residentMiB: Math.round(rounds.at(-1)?.residentMiB ?? Number.NaN),
    };
  } finally {
    child.kill('SIGKILL');
  }
}

async function oneRound(options: Omit<LoadOptions, 'durationMs'>, pid: number): Promise<Figures> {
  const { latencies, seconds } = await load({ ...options, durationMs: ROUND_MS });
  const identity = processIdentity(pid);
  const at = (part: number): number => latencies[Math.floor(latencies.length * part)] ?? Number.NaN;
  return {
    requestsPerSecond: latencies.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    residentMiB: identity === undefined ? Number.NaN : residentBytes(identity) / 2 ** 20,
  };
}

async function listening(ctx: LabContext, options: Omit<LoadOptions, 'durationMs'>): Promise<void> {
  let last: unknown;
  const patience = { timeoutMs: 20_000, signal: ctx.signal, lastSeen: () => String(last) };
  await waitFor('the server to answer', patience, async () => {
    try {
      return await load({ ...options, connections: 1, durationMs: 1 });
    } catch (error) {
      last = error;
      return undefined;
    }
  });
}

const round = (value: number): number => Math.round(value * 100) / 100;

function report(ours: Figures, peer: Figures, ratio: { requestsPerSecond: number; p99: number }): string {
  const row = (name: string, figures: Figures): string[] => [
    name,
    String(figures.requestsPerSecond),
    `${figures.p50Ms} ms`,
    `${figures.p99Ms} ms`,
    `${figures.residentMiB}Mi`,
  ];
  return table(
    ['ADMISSION', 'REQUESTS/S', 'P50', 'P99', 'RESIDENT'],
    [
      row('nvme-webhook', ours),
      row('controller-runtime', peer),
      ['ratio', `${ratio.requestsPerSecond} (aim 4)`, '', `${ratio.p99} (aim 0.33)`, ''],
    ],
  );
}
