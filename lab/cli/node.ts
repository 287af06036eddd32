import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LabError } from '../errors.ts';
import { openLab } from '../lab.ts';
import type { LabNode } from '../node/lab-node.ts';
import type { NodeOptions } from '../options.ts';
import type { Cli, Verb } from './cli.ts';

/** The verbs that only act and then say so, with what they say. */
const actions = {
  delete: [(node) => node.delete(), 'deleted'],
  'delete --keep-running': [
    (node) => node.delete({ keepRunning: true }),
    'Node deleted, the machine runs on',
  ],
  reboot: [(node) => node.reboot(), 'rebooted'],
  'power-cut': [(node) => node.powerCut(), 'off'],
  start: [(node) => node.start(), 'on'],
  'stop-start': [(node) => node.stopStart(), 'stopped and started, its local drives are raw'],
  replace: [(node) => node.replace(), 'replaced by a new machine'],
} as const satisfies Record<string, readonly [(node: LabNode) => Promise<void>, string]>;

/** One of the verbs that `nodeAction` knows. */
export type NodeAction = keyof typeof actions;

/** Does one thing to a node; with `wait`, back when the Node is Ready again. */
export async function nodeAction(
  cli: Cli,
  flags: { name: string; wait?: boolean },
  node: string,
  action: NodeAction,
): Verb {
  const lab = await openLab(cli.ctx, flags.name);
  const [act, said] = actions[action];
  await act(lab.node(node));
  if (flags.wait === true) await lab.node(node).untilReady();
  cli.stdout.write(`node "${node}" ${said}\n`);
  return 0;
}

/** Adds a node and waits until it is Ready. */
export async function addNodeVerb(cli: Cli, flags: NodeOptions & { name: string }, node: string): Verb {
  const lab = await openLab(cli.ctx, flags.name);
  await lab.addNode(node, flags);
  cli.stdout.write(`node "${node}" is Ready\n`);
  return 0;
}

/** Runs a program in the guest with this command's standard input when it is no terminal; ends with its exit code. */
export async function execVerb(
  cli: Cli,
  flags: { name: string; stdin?: boolean },
  node: string,
  argv: readonly string[],
): Verb {
  const lab = await openLab(cli.ctx, flags.name);
  const { exitCode, stderr } = await lab.node(node).exec(argv[0] === '--' ? argv.slice(1) : argv, {
    stdin: flags.stdin === true ? await cli.readStdin() : '',
    timeoutMs: 3_600_000,
    signal: cli.ctx.signal,
    onOutput: (stream, chunk) => void cli[stream].write(chunk),
  });
  cli.stderr.write(stderr);
  return exitCode;
}

/** Prints the guest's journal, or when the guest does not answer its console. */
export async function logsVerb(
  cli: Cli,
  flags: { name: string; unit?: string; console?: boolean },
  name: string,
): Verb {
  const lab = await openLab(cli.ctx, flags.name);
  const node = lab.node(name);
  await node.machine();
  if (flags.console === true || !(await node.isOn())) {
    cli.stdout.write(await readFile(join(node.dir, 'console.log'), 'utf8').catch(noConsole(name)));
    return 0;
  }
  const unit = flags.unit === undefined ? [] : ['--unit', flags.unit];
  const argv = ['journalctl', '--no-pager', '--output', 'short-iso', ...unit];
  await node.exec(argv, {
    timeoutMs: 300_000,
    signal: cli.ctx.signal,
    onOutput: (stream, chunk) => void cli[stream].write(chunk),
  });
  return 0;
}

function noConsole(name: string): (cause: unknown) => never {
  return (cause) => {
    throw new LabError('NotFound', `node ${name} has written nothing on its console yet`, cause);
  };
}
