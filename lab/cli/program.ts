import { Command, CommanderError } from 'commander';
import { assets } from './assets.ts';
import type { Cli, UpFlags, Verb } from './cli.ts';
import { down } from './down.ts';
import { printEnv } from './env.ts';
import { status } from './status.ts';
import { addNodeCommands, count, nameOption, withMachineOptions } from './node-commands.ts';
import { up } from './up.ts';

const examples = `
Examples:
  # A control plane alone, ready in seconds
  npm run lab -- up --control-plane-only

  # One node that looks like an EC2 instance with two instance-store drives and an EBS volume
  npm run lab -- up --nodes 1 --drives 2 --cloud aws

  # Use it
  eval "$(npm run --silent lab -- env)"
  kubectl get nodes

  # End it
  npm run lab -- down`;

/** The command line of the lab; parses, runs one verb, and gives its exit code. */
export async function runCli(cli: Cli, args: readonly string[]): Verb {
  let exitCode = 0;
  const ends = (code: number): void => {
    exitCode = code;
  };
  const program = new Command('lab')
    .usage('<command> [options]')
    .description(
      'A real Kubernetes cluster on this machine: real control plane, QEMU nodes with real NVMe drives.',
    )
    .addHelpText('after', examples)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => cli.stdout.write(text),
      writeErr: (text) => cli.stderr.write(text),
    });
  addUp(program, cli, ends);
  addSmallVerbs(program, cli, ends);
  addNodeCommands(program, cli, ends);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
  return exitCode;
}

function addUp(program: Command, cli: Cli, ends: (code: number) => void): void {
  withMachineOptions(program.command('up'))
    .description('start a lab')
    .addOption(nameOption())
    .option('--nodes <count>', 'how many nodes', count, 1)
    .option('--control-plane-only', 'no nodes')
    .action(async (options: UpFlags) => ends(await up(cli, options)));
}

function addSmallVerbs(program: Command, cli: Cli, ends: (code: number) => void): void {
  program
    .command('down')
    .description('end a lab: its processes, its nodes, its state')
    .addOption(nameOption())
    .option('--all', 'every lab of this user')
    .action(async (options: { name: string; all?: boolean }) => ends(await down(cli, options)));
  program
    .command('status')
    .description('the processes and nodes of the labs, and the memory they hold')
    .option('--name <lab>', 'only this lab')
    .action(async (options: { name?: string }) => ends(await status(cli, options)));
  program
    .command('env')
    .description('print what a shell needs to use a lab: eval "$(npm run --silent lab -- env)"')
    .addOption(nameOption())
    .action(async (options: { name: string }) => ends(await printEnv(cli, options)));
  program
    .command('assets')
    .description('fetch and build everything the lab is made of, so that later starts are warm')
    .action(async () => ends(await assets(cli)));
}
