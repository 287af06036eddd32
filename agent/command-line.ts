import { Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_VG_NAME, layoutWithDefaults } from '../api/defaults.ts';
import { LEGACY_TAINT_KEY, STARTUP_TAINT_KEY } from '../api/keys.ts';
import type { Layout } from '../api/layout.ts';
import { PROVIDERS } from '../api/profile.ts';
import { addDriveFlags, driveSelection, type DriveFlags } from './cli/drive-flags.ts';
import { addSpdkFlags, spdkLayout, type SpdkFlags } from './cli/spdk-flags.ts';
import { present } from './inventory/present.ts';
import { addSwapFlags, SWAP_SWITCHES, swapLayout, type SwapFlags } from './cli/swap-flags.ts';
import type { OneShotOptions } from './one-shot/set-up.ts';

/** What the command line asks for. */
export type AgentOperation =
  | { kind: 'run'; nodeName: string; healthPort: number }
  | { kind: 'set-up'; options: OneShotOptions }
  | { kind: 'snapshot' }
  | { kind: 'plan'; options: PlanFlags }
  | { kind: 'sleep' };

type Environment = Readonly<Record<string, string | undefined>>;

export interface PlanFlags {
  layout: string;
  snapshot: string;
  cloudProvider: (typeof PROVIDERS)[number];
  output: 'json' | 'text';
  vgName?: string;
  fsType?: 'ext4' | 'xfs';
  raidLevel?: 0 | 10;
  include?: string[];
  exclude?: string[];
}

const ONE_SHOT = ['filesystem', 'raid', 'lvm', 'block', 'spdk', 'swap'] as const;
type OneShotName = (typeof ONE_SHOT)[number];

/** Older and newer releases of Materialize's tool take off one of these unless told. */
const DEFAULT_TAINT_KEYS = [LEGACY_TAINT_KEY, STARTUP_TAINT_KEY];

interface OneShotFlags extends DriveFlags, SpdkFlags, SwapFlags {
  cloudProvider: (typeof PROVIDERS)[number];
  nodeName?: string;
  taintKey?: string;
  removeTaint?: boolean;
  requireDrives?: boolean;
  vgName?: string;
  fsType?: 'ext4' | 'xfs';
  raidLevel?: '0' | '10';
}

const EXIT_CODES = `
Exit codes: 0 done or nothing to do; 1 refused or failed, the reason is the last line.`;

/** The program; `chosen` gets the operation once the command line is parsed. */
export function agentCommand(
  { version, env }: { version: string; env: Environment },
  chosen: (operation: AgentOperation) => void,
): Command {
  const program = new Command('nvme-agent')
    .description('Sets up the local NVMe drives of the node it runs on.')
    .version(version)
    .addHelpText('after', EXIT_CODES);
  program
    .command('run')
    .description('keep this node’s drives as its NVMeProfile says, publish volumes, report (the DaemonSet)')
    .addOption(new Option('--node-name <name>', 'Node this runs on').env('NODE_NAME').makeOptionMandatory())
    .addOption(
      new Option('--health-port <port>', 'loopback port of /healthz and /metrics')
        .env('HEALTH_PORT')
        .default(9810)
        .argParser(port),
    )
    .action((flags: { nodeName: string; healthPort: number }) => chosen({ kind: 'run', ...flags }));
  for (const name of ONE_SHOT) addOneShot(program, { name, env }, chosen);
  program
    .command('snapshot')
    .description('print what discovery reads, as one JSON document')
    .action(() => chosen({ kind: 'snapshot' }));
  addPlan(program, chosen);
  program
    .command('sleep')
    .description('wait until stopped: the container beside a finished init container')
    .action(() => chosen({ kind: 'sleep' }));
  return program;
}

const provider = (): Option =>
  new Option('--cloud-provider <name>', 'whose drives to look for')
    .env('CLOUD_PROVIDER')
    .choices(PROVIDERS)
    .default('auto');
const vgName = (): Option =>
  new Option('--vg-name <name>', 'LVM volume group').env('VG_NAME').default(DEFAULT_VG_NAME);

const fsType = (): Option =>
  new Option('--fs-type <type>', 'filesystem').env('FS_TYPE').choices(['ext4', 'xfs']).default('ext4');
const raidLevel = (): Option =>
  new Option('--raid-level <level>', 'md level').env('RAID_LEVEL').choices(['0', '10']).default('0');

type PlanCommandFlags = DriveFlags &
  Pick<OneShotFlags, 'raidLevel'> &
  Omit<PlanFlags, 'layout' | 'include' | 'exclude' | 'raidLevel'>;

function addPlan(program: Command, chosen: (operation: AgentOperation) => void): void {
  const command = program
    .command('plan <layout>')
    .description('show what set-up would do to a recorded machine')
    .requiredOption('--snapshot <file>', 'document printed by `nvme-agent snapshot`')
    .addOption(provider())
    .addOption(vgName())
    .addOption(fsType())
    .addOption(raidLevel());
  addDriveFlags(command)
    .addOption(new Option('-o, --output <format>', 'json or text').choices(['json', 'text']).default('text'))
    .action(
      (layout: string, { includeDrives, excludeDrives, raidLevel: level, ...flags }: PlanCommandFlags) => {
        const selection = driveSelection(present({ includeDrives, excludeDrives }));
        chosen({
          kind: 'plan',
          options: { layout, ...flags, ...selection, raidLevel: level === '10' ? 10 : 0 },
        });
      },
    );
}

function addOneShot(
  program: Command,
  { name, env }: { name: OneShotName; env: Environment },
  chosen: (operation: AgentOperation) => void,
): void {
  const command = program
    .command(name)
    .description(`set the drives up as ${DESCRIPTIONS[name]}, once`)
    .addOption(provider())
    .addOption(new Option('--node-name <name>', 'Node this runs on').env('NODE_NAME'))
    .addOption(
      new Option('--taint-key <key>', `taint to remove (default: ${DEFAULT_TAINT_KEYS.join(' and ')})`).env(
        'TAINT_KEY',
      ),
    )
    .addOption(new Option('--remove-taint', 'remove the taint when the drives are ready').env('REMOVE_TAINT'))
    .addOption(new Option('--require-drives', 'fail when there is no local drive').env('REQUIRE_DRIVES'));
  addDriveFlags(command);
  if (name === 'lvm') command.addOption(vgName());
  if (name === 'spdk') addSpdkFlags(command);
  if (name === 'swap') addSwapFlags(command);
  if (name === 'filesystem' || name === 'raid') command.addOption(fsType());
  if (name === 'raid') command.addOption(raidLevel());
  command.action((flags: OneShotFlags) => {
    const options = oneShot(name, { ...flags, ...switchedOff(command, env) });
    chosen({ kind: 'set-up', options });
  });
}

/** Texts by which the flags of Materialize's tool are off in the environment; commander takes any value for on. */
const OFF: ReadonlySet<string> = new Set(['', '0', 'f', 'false', 'n', 'no', 'off']);

function switchedOff(command: Command, env: Environment): Partial<OneShotFlags> {
  const switches = { removeTaint: 'REMOVE_TAINT', requireDrives: 'REQUIRE_DRIVES', ...SWAP_SWITCHES };
  const off = Object.entries(switches).filter(
    ([key, name]) => command.getOptionValueSource(key) === 'env' && OFF.has(env[name]?.toLowerCase() ?? ''),
  );
  return Object.fromEntries(off.map(([key]) => [key, false]));
}

const DESCRIPTIONS = {
  filesystem: 'one filesystem a drive',
  raid: 'one array with a filesystem',
  lvm: 'one volume group',
  block: 'one raw volume a drive: the drives are only looked at',
  spdk: 'SPDK’s: bound to a user-space driver, with hugepages',
  swap: 'swap',
} as const;

function oneShot(name: OneShotName, flags: OneShotFlags): OneShotOptions {
  const { cloudProvider, nodeName, taintKey, removeTaint = false, requireDrives = false } = flags;
  const { include, exclude } = driveSelection(flags);
  const layout = layoutOf(name, flags);
  return {
    cloudProvider,
    layout,
    taintKeys: taintKey === undefined ? DEFAULT_TAINT_KEYS : [taintKey],
    removeTaint,
    requireDrives,
    ...(nodeName === undefined ? {} : { nodeName }),
    ...present({ exclude, include: flags.pciAllowed ?? include }),
  };
}

function layoutOf(name: OneShotName, flags: OneShotFlags): Layout {
  const filesystem = { type: flags.fsType ?? 'ext4' };
  switch (name) {
    case 'filesystem':
      return layoutWithDefaults({ type: 'Filesystem', filesystem });
    case 'raid':
      return layoutWithDefaults({
        type: 'RAID',
        filesystem,
        raid: { level: flags.raidLevel === '10' ? 10 : 0 },
      });
    case 'spdk':
      return spdkLayout(flags);
    case 'swap':
      return swapLayout(flags);
    case 'lvm':
      return layoutWithDefaults({ type: 'LVM', lvm: { vgName: flags.vgName ?? DEFAULT_VG_NAME } });
    case 'block':
      return layoutWithDefaults({ type: 'Block' });
  }
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0 && value < 65_536) return value;
  throw new InvalidArgumentError(`Expected a port from 1 to 65535, got \`${text}\`.`);
}
