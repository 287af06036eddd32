import type { KubeletFacts } from '../../api/snapshot.ts';
import type { Host } from '../host/host.ts';
import { present } from '../inventory/present.ts';
import { readKubeletFiles } from './kubelet-files.ts';
import { orAbsent } from './reads.ts';

const CGROUPS = '/sys/fs/cgroup';
/** Slices that distributions run their kubelet in. */
const SLICES = ['system.slice', 'runtime.slice'];
/** The kubelet's own unit, and those of distributions that start it as a child. */
const UNITS = [
  'kubelet.service',
  ...['k0sworker.service', 'k0scontroller.service', 'rke2-agent.service', 'rke2-server.service'],
];
/** Written right before the agent switches swap on; gone after a reboot, as the swap is. */
export const SWAP_ON_PATH = '/run/kubectl-nvme/swap-on';

/** The kernel tells times of processes in these, on every architecture (proc_pid_stat(5), USER_HZ). */
const TICKS_PER_SECOND = 100;

/**
 * The running kubelet, found by its unit in the tree of cgroup v2: with v1 a kubelet with LimitedSwap does not start
 * (cmd/kubelet/app/server.go). Undefined when none runs that can be seen.
 */
export async function readKubelet(host: Host): Promise<KubeletFacts | undefined> {
  for (const unit of UNITS) {
    const pid = await kubeletIn(host, unit);
    if (pid !== undefined) return await describe(host, unit, pid);
  }
  return undefined;
}

async function kubeletIn(host: Host, unit: string): Promise<number | undefined> {
  for (const slice of SLICES) {
    const text = await orAbsent(host.readFile(`${CGROUPS}/${slice}/${unit}/cgroup.procs`), '');
    for (const pid of text.split('\n').filter((line) => line !== '')) {
      const name = await orAbsent(host.readFile(`/proc/${pid}/comm`), '');
      if (name.trim() === 'kubelet') return Number(pid);
    }
  }
  return undefined;
}

async function describe(host: Host, unit: string, pid: number): Promise<KubeletFacts | undefined> {
  const line = await orAbsent(host.readFile(`/proc/${pid}/cmdline`), '');
  const startedAt = await startOf(host, pid);
  // It has ended meanwhile.
  if (line === '' || startedAt === undefined) return undefined;
  const args = line.split('\0').slice(1);
  const [configPath, configDir] = [valueOf(args, 'config'), valueOf(args, 'config-dir')];
  const switched = await orAbsent(host.modifiedAt(SWAP_ON_PATH), undefined);
  return {
    unit,
    pid,
    files: await readKubeletFiles(host, { configPath, configDir }, startedAt),
    ...present({
      configPath,
      configDir,
      failSwapOnFlag: flagOf(args, 'fail-swap-on'),
      configVariable: (await takesVariable(host, unit)) ? true : undefined,
      sawSwap: switched === undefined ? undefined : startedAt > switched,
    }),
  };
}

/**
 * Milliseconds since the epoch, at most a second too early: the boot's time is told in whole seconds. Too early is the
 * safe side: what is taken for older than a file is restarted once too often, not left running with the old file.
 */
async function startOf(host: Host, pid: number): Promise<number | undefined> {
  const [stat, machine] = await Promise.all([
    orAbsent(host.readFile(`/proc/${pid}/stat`), ''),
    host.readFile('/proc/stat'),
  ]);
  // The name in parentheses may hold anything, so fields are counted behind it: the start time is the 22nd.
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const boot = Number(/^btime (\d+)$/m.exec(machine)?.[1]);
  const started = boot * 1000 + (ticks * 1000) / TICKS_PER_SECOND;
  return Number.isFinite(started) ? started : undefined;
}

/** `--name=value` or `--name value`, the last one counting. */
function valueOf(args: readonly string[], name: string): string | undefined {
  const at = args.findLastIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  if (at < 0) return undefined;
  const value = args[at]?.includes('=') ? args[at].slice(name.length + 3) : args[at + 1];
  return value === '' ? undefined : value;
}

function flagOf(args: readonly string[], name: string): boolean | undefined {
  const arg = args.findLast((one) => one === `--${name}` || one.startsWith(`--${name}=`));
  return arg === undefined ? undefined : !/=(?:false|f|0)$/i.test(arg);
}

async function takesVariable(host: Host, unit: string): Promise<boolean> {
  for (const folder of ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system']) {
    const text = await orAbsent(host.readFile(`${folder}/${unit}`), '');
    if (text.includes('KUBELET_CONFIG_FILE_FLAGS')) return true;
  }
  return false;
}
