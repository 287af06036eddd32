import {
  parseKubeletChange,
  pendingChange,
  KUBELET_CHANGE_PATH,
} from '../../agent/discover/kubelet-change.ts';
import { readKubelet } from '../../agent/discover/kubelet.ts';
import { orAbsent } from '../../agent/discover/reads.ts';
import { readSysctls } from '../../agent/discover/sysctls.ts';
import { factsOf } from '../../agent/inventory/facts.ts';
import { parseSwaps } from '../../agent/inventory/swaps.ts';
import type { Step } from '../../agent/plan/step.ts';
import type { RunOptions, RunResult } from '../../agent/host/host.ts';
import type { Snapshot } from '../../api/snapshot.ts';
import { FakeHost, type Kill } from './host.ts';
import type { FakeKubelet } from './kubelet.ts';

/** A machine with a kubelet on it, whose files and units the agent may change. */
export class SwapHost extends FakeHost {
  readonly kubelet: FakeKubelet;
  /** What is swapped out, and what is free of its memory. */
  memory = { swapped: 0, available: 1000 };

  constructor(snapshot: Snapshot, kubelet: FakeKubelet, steps: readonly Step[], kill?: Kill) {
    super(snapshot, steps, kill);
    this.kubelet = kubelet;
  }

  /** What discovery would see. */
  async look(): Promise<Snapshot> {
    const { bootID = '' } = this.snapshot;
    const record = parseKubeletChange(await orAbsent(this.readFile(KUBELET_CHANGE_PATH), 'null'));
    const kubelet = await readKubelet(this);
    const kubeletChange = pendingChange(record, bootID);
    const { kubelet: _k, kubeletChange: _c, ...rest } = this.snapshot;
    return structuredClone({
      ...rest,
      sysctls: await readSysctls(this),
      ...(kubelet === undefined ? {} : { kubelet }),
      ...(kubeletChange === undefined ? {} : { kubeletChange }),
    });
  }

  get swapIsOn(): boolean {
    return (parseSwaps(this.snapshot.swaps ?? '') ?? []).length > 0;
  }

  override async run(command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    this.live();
    const [program, verb] = command;
    if (program === 'systemctl') {
      this.programs.push(command.join(' '));
      if (verb === 'restart') this.change(() => this.kubelet.start(this.swapIsOn));
      return { stdout: '', stderr: '' };
    }
    if (program === 'lsblk') return { stdout: this.#below(command), stderr: '' };
    return await super.run(command, options);
  }

  override async readFile(path: string): Promise<string> {
    this.live();
    if (path === '/proc/swaps') return this.snapshot.swaps ?? '';
    if (path === '/proc/meminfo') return this.#meminfo();
    if (path === '/proc/sys/kernel/random/boot_id') return this.snapshot.bootID ?? '';
    const sysctl = this.snapshot.sysctls?.[path.replace('/proc/sys/vm/', '')];
    return this.kubelet.read(path) ?? sysctl ?? (await super.readFile(path));
  }

  override writeFile(path: string, text: string): Promise<void> {
    this.change(() => this.kubelet.write(path, text));
    if (path.endsWith('/begun.json')) {
      this.snapshot = { ...this.snapshot, begun: JSON.parse(text) as string[] };
    }
    return Promise.resolve();
  }

  override writeAttribute(path: string, text: string): Promise<void> {
    const name = path.replace('/proc/sys/vm/', '');
    this.change(
      () => (this.snapshot = { ...this.snapshot, sysctls: { ...this.snapshot.sysctls, [name]: text } }),
    );
    return Promise.resolve();
  }

  override async exists(path: string): Promise<boolean> {
    return this.kubelet.files.has(path) || (await super.exists(path));
  }

  override modifiedAt(path: string): Promise<number> {
    const file = this.kubelet.files.get(path);
    return file === undefined ? super.modifiedAt(path) : Promise.resolve(file.at);
  }

  #meminfo(): string {
    const { swapped, available } = this.memory;
    const fields = { MemAvailable: available, SwapTotal: 2000, SwapFree: 2000 - swapped };
    return Object.entries(fields)
      .map(([name, kib]) => `${name}:   ${kib} kB\n`)
      .join('');
  }

  /** As `lsblk --inverse` prints it: as a tree only when it is asked for names (util-linux 2.38). */
  #below(command: readonly string[]): string {
    const path = command.at(-1) ?? '';
    const asTree = command.some((word) => word.split(',').includes('NAME'));
    const { devices } = factsOf(this.snapshot);
    const device = [...devices.values()].find((one) => one.path === path);
    const children = [...(device?.parents ?? [])].map((kname) => ({ path: `/dev/${kname}`, type: 'disk' }));
    const own = { path, type: device?.type };
    return JSON.stringify({ blockdevices: asTree ? [{ ...own, children }] : [own, ...children] });
  }
}
