import { InvalidArgumentError, Option, type Command } from 'commander';
import { clouds, nodeDefaults, type Cloud } from '../options.ts';
import { addNodeVerb, execVerb, logsVerb, nodeAction, type NodeAction } from './node.ts';
import type { Cli } from './cli.ts';

const examples = `
Examples:
  npm run lab -- node add node-2 --drives 4 --size 1G
  npm run lab -- node exec node-1 -- lsblk -o NAME,MODEL,SERIAL,FSTYPE,MOUNTPOINT
  npm run lab -- node exec -i node-1 -- bash -x < script.sh
  npm run lab -- node power-cut node-1 && npm run lab -- node start node-1 --wait`;

/** Adds `node …` with all its verbs. */
export function addNodeCommands(program: Command, cli: Cli, ends: (code: number) => void): void {
  const node = program
    .command('node')
    .description('add, end, break and look into nodes')
    .addHelpText('after', examples);
  addAdd(node, cli, ends);
  addActions(node, cli, ends);
  node
    .command('exec <node> <command...>')
    .description('run a program as root in the machine, whether its kubelet is up or not')
    .addOption(nameOption())
    .option('-i, --stdin', "pass this command's standard input on")
    .passThroughOptions()
    .action(async (name: string, argv: string[], flags: { name: string; stdin?: boolean }) =>
      ends(await execVerb(cli, flags, name, argv)),
    );
  node
    .command('logs <node>')
    .description("the machine's journal since its boot; of a machine that is off, its console")
    .addOption(nameOption())
    .option('--unit <unit>', 'only this systemd unit, such as kubelet')
    .option('--console', 'the console of all boots')
    .action(async (name: string, flags: { name: string }) => ends(await logsVerb(cli, flags, name)));
}

interface AddFlags {
  name: string;
  drives: number;
  size: string;
  cloud: Cloud;
  label: Record<string, string>;
  taint: string[];
  forwardPort: number[];
}

function addAdd(node: Command, cli: Cli, ends: (code: number) => void): void {
  withMachineOptions(node.command('add <node>'))
    .description('a new machine; back when its Node is Ready')
    .addOption(nameOption())
    .option('--label <key=value>', 'label that the kubelet registers with; repeatable', addLabel, {})
    .option('--taint <key=value:effect>', 'taint that it registers with; repeatable', addText, [])
    .option(
      '--forward-port <port>',
      'port of the machine to be reached on a port of this host; repeatable',
      addPort,
      [],
    )
    .action(async (name: string, flags: AddFlags) => {
      const { label, taint, forwardPort, ...rest } = flags;
      ends(
        await addNodeVerb(cli, { ...rest, labels: label, taints: taint, forwardPorts: forwardPort }, name),
      );
    });
}

function addActions(node: Command, cli: Cli, ends: (code: number) => void): void {
  const add = (verb: NodeAction, description: string): Command =>
    node
      .command(`${verb} <node>`)
      .description(description)
      .addOption(nameOption())
      .action(async (name: string, flags: { name: string; wait?: boolean; keepRunning?: boolean }) => {
        const action = flags.keepRunning === true ? 'delete --keep-running' : verb;
        ends(await nodeAction(cli, flags, name, action));
      });
  const wait = ['--wait', 'until the Node is Ready again'] as const;
  add('delete', 'what a cloud does with a terminated instance: machine and Node are gone').option(
    '--keep-running',
    'delete the Node alone; the machine stays on',
  );
  add('reboot', 'an orderly reboot').option(...wait);
  add('power-cut', 'stop the machine between two instructions; it stays off, its disks stay');
  add('start', 'switch a machine on that is off').option(...wait);
  add('stop-start', "a cloud's stop and start: local drives come back raw").option(...wait);
  add('replace', 'another machine under the same name: new disks, new Node').option(...wait);
}

/** The options of machines that `up` and `node add` share. */
export function withMachineOptions(command: Command): Command {
  return command
    .option('--drives <count>', 'local NVMe drives of each node', count, nodeDefaults.drives)
    .option('--size <size>', 'size of each local drive', nodeDefaults.size)
    .addOption(
      new Option('--cloud <cloud>', 'whose machines the nodes look like')
        .choices(clouds)
        .default(nodeDefaults.cloud),
    )
    .addOption(
      new Option('--images <images>', 'what containerd has')
        .choices(['project', 'none'])
        .default(nodeDefaults.images),
    );
}

/** `--name`, the same for every verb. */
export function nameOption(): Option {
  return new Option('--name <lab>', 'which lab').default('lab');
}

/** Parses a count, 0 included. */
export function count(text: string): number {
  if (!/^\d{1,3}$/.test(text))
    throw new InvalidArgumentError(`Expected a number from 0 to 999, got \`${text}\`.`);
  return Number(text);
}

function addLabel(text: string, labels: Record<string, string>): Record<string, string> {
  const [key = '', value] = text.split('=', 2);
  if (value === undefined) throw new InvalidArgumentError(`Expected key=value, got \`${text}\`.`);
  return { ...labels, [key]: value };
}

function addText(text: string, texts: string[]): string[] {
  return [...texts, text];
}

function addPort(text: string, ports: number[]): number[] {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError(`Expected a port, got \`${text}\`.`);
  return [...ports, Number(text)];
}
