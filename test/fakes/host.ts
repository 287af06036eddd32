import { BEGUN_PATH } from '../../agent/discover/begun.ts';
import { parseSpdkRecord, SPDK_PATH } from '../../agent/discover/spdk-record.ts';
import type {
  DeviceUsers,
  Host,
  NamespaceMount,
  Place,
  RunOptions,
  RunResult,
} from '../../agent/host/host.ts';
import { factsOf, mapperName } from '../../agent/inventory/facts.ts';
import { commandOf } from '../../agent/plan/command.ts';
import type { Step } from '../../agent/plan/step.ts';
import type { Snapshot } from '../../api/snapshot.ts';
import { applied, interrupted } from './drive-model.ts';
import { answerTo, filesOf, isUsed } from './drives/answers.ts';
import { MarkedBlocks } from './drives/marked-blocks.ts';
import { PciModel } from './pci-model.ts';

/** The agent's process is gone: everything it still tries fails with this. */
export class KilledError extends Error {
  override readonly name = 'KilledError';
}

/** Dies at the `at`-th change (from 0) to the machine: before it, half-way, or right after it. */
export interface Kill {
  at: number;
  when: 'before' | 'middle' | 'after';
}

const RECORDS = '/var/lib/kubectl-nvme/';

/** A machine whose drives follow drive-model.ts when the agent's programs run on it, and that can refuse or die. */
export class FakeHost implements Host {
  kubeletRoot: string | undefined;
  snapshot: Snapshot;
  /** Every program that was run, as one line each; writing ones marked by `!`. */
  readonly programs: string[] = [];
  /** Devices that answer EBUSY although the snapshot shows no user. */
  readonly busy = new Set<string>();
  /** Who has a device open plainly, by kernel path. */
  readonly openers = new Map<string, string[]>();
  /** Error by the start of a program's line. */
  readonly failures = new Map<string, Error>();
  readonly #marks = new MarkedBlocks();
  /** Called before each writing program. */
  onWrite: (line: string) => void | Promise<void> = () => undefined;
  /** The PCI drivers and hugepages of its kernel. */
  readonly pci: PciModel;
  readonly #steps: readonly Step[];
  #kill: Kill | undefined;
  #changes = 0;
  #dead = false;
  #locked = false;
  readonly #files = new Map<string, string>();

  constructor(snapshot: Snapshot, steps: readonly Step[], kill?: Kill, pci = new PciModel()) {
    this.pci = pci;
    this.snapshot = snapshot;
    this.#steps = steps;
    this.#kill = kill;
    const { begun = [] } = snapshot;
    if (begun.length > 0) this.#files.set(BEGUN_PATH, JSON.stringify(begun));
  }

  /** Whether the kill has come to pass. */
  get killed(): boolean {
    return this.#dead;
  }

  /** The agent dies now. */
  kill(): void {
    this.#dead = true;
  }

  /** The next agent starts on the machine as the killed one left it, the files on its disk included. */
  revive(): this {
    this.#dead = false;
    this.#locked = false;
    this.#kill = undefined;
    return this;
  }

  /** How many changes were tried. */
  get changes(): number {
    return this.#changes;
  }

  async run(command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    this.live();
    const line = command.join(' ');
    this.programs.push(options.writes ? `!${line}` : line);
    for (const [start, error] of this.failures) if (line.startsWith(start)) throw error;
    if (!options.writes)
      return { stdout: answerTo(command, this.resolve(command.at(-1) ?? ''), this.snapshot), stderr: '' };
    if (!this.#locked) throw new Error(`Expected the write lock for ${line}`);
    await this.onWrite(line);
    this.#write(command, options.input ?? '');
    return { stdout: '', stderr: '' };
  }

  async readFile(path: string): Promise<string> {
    this.live();
    const text = this.#files.get(path) ?? filesOf(this.snapshot)[path];
    if (text !== undefined) return Promise.resolve(text);
    throw missing(path);
  }

  readDirectory(path: string): Promise<string[]> {
    const names = this.pci.directory(this.snapshot, path);
    return names === undefined ? Promise.reject(missing(path)) : Promise.resolve(names);
  }

  async realPath(path: string): Promise<string> {
    return Promise.resolve(this.pci.realPath(this.snapshot, path) ?? this.resolve(path));
  }

  exists(path: string): Promise<boolean> {
    this.live();
    const { files = {} } = this.snapshot;
    const known = factsOf(this.snapshot).devices;
    const resolved = this.resolve(path);
    return Promise.resolve(
      files[path] === true ||
        this.pci.directory(this.snapshot, path) !== undefined ||
        [...known.values()].some((device) => device.path === resolved),
    );
  }

  writeFile(path: string, text: string): Promise<void> {
    this.change(() => {
      if (!path.startsWith(RECORDS)) throw new Error(`Expected only ${RECORDS} to be written, got ${path}`);
      this.#files.set(path, text);
      if (path === BEGUN_PATH) this.snapshot = { ...this.snapshot, begun: JSON.parse(text) as string[] };
      if (path === SPDK_PATH) this.snapshot = { ...this.snapshot, spdk: parseSpdkRecord(text) };
    });
    return Promise.resolve();
  }

  makeDirectory(): Promise<void> {
    this.live();
    return Promise.resolve();
  }

  modifiedAt(path: string): Promise<number> {
    return Promise.reject(missing(path));
  }

  filesystemBytes(): Promise<number> {
    return Promise.resolve(2 ** 40);
  }

  readBlocks(path: string, places: readonly Place[]): Promise<Uint8Array[]> {
    const device = this.resolve(path);
    return Promise.resolve(places.map((place) => this.#marks.blockAt(this.snapshot, device, place)));
  }

  async probeExclusive(path: string): Promise<void> {
    this.live();
    const device = this.resolve(path);
    if (!isUsed(this.snapshot, device) && !this.busy.has(device)) return Promise.resolve();
    throw Object.assign(new Error(`EBUSY: resource busy or locked, open '${path}'`), { code: 'EBUSY' });
  }

  async holdExclusive<T>(path: string, work: () => Promise<T>): Promise<T> {
    await this.probeExclusive(path);
    return work();
  }

  openersOf(path: string): Promise<string[]> {
    this.live();
    return Promise.resolve(this.openers.get(this.resolve(path)) ?? []);
  }

  async writersOf(paths: readonly string[]): Promise<DeviceUsers[]> {
    const found = await Promise.all(paths.map(async (path) => ({ path, users: await this.openersOf(path) })));
    return found.filter(({ users }) => users.length > 0);
  }

  async writeAttribute(path: string, text: string): Promise<void> {
    this.live();
    if (!this.#locked) throw new Error(`Expected the write lock for ${path}`);
    this.programs.push(`!${path} = ${text.trim()}`);
    await this.onWrite(path);
    this.change(() => (this.snapshot = this.pci.written(this.snapshot, path, text)));
  }

  rename(from: string, to: string): Promise<void> {
    return Promise.reject(new Error(`Expected no entry to be renamed, got ${from} to ${to}`));
  }

  removeTree(path: string): Promise<void> {
    return Promise.reject(new Error(`Expected no directory to be removed, got ${path}`));
  }

  syncFilesystem(): Promise<void> {
    this.live();
    return Promise.resolve();
  }

  mountsElsewhere(_majMin: string): Promise<NamespaceMount[]> {
    this.live();
    return Promise.resolve([]);
  }

  hostMountinfo(): Promise<string> {
    this.live();
    return Promise.resolve(this.snapshot.mountinfo ?? '');
  }

  async withWriteLock<T>(_timeoutMs: number, work: () => Promise<T>): Promise<T> {
    this.live();
    if (this.#locked) throw new Error('Expected one writer at a time');
    this.#locked = true;
    try {
      return await work();
    } finally {
      this.#locked = false;
    }
  }

  #write(command: readonly string[], input: string): void {
    const [program, target = '', path = ''] = command;
    if (program === 'dd') {
      const device = this.resolve(target.slice('of='.length));
      this.change(() => (this.snapshot = this.#marks.written(this.snapshot, device, input)));
      return;
    }
    if (program === 'mkdir') {
      this.change(() => (this.snapshot.files = { ...this.snapshot.files, [path]: true }));
      return;
    }
    const line = command.join(' ');
    if (program === 'modprobe' || program === 'systemctl') {
      this.change(() => undefined);
      return;
    }
    const step = this.#steps.find((known) => commandOf(known).join(' ') === line);
    if (!step) throw new Error(`Expected a program of the plan, got ${line}`);
    this.change(
      () => (this.snapshot = applied(this.snapshot, [step])),
      () => (this.snapshot = { ...interrupted(this.snapshot, [step]), begun: this.snapshot.begun ?? [] }),
    );
  }

  /** Throws unless the write lock is held. */
  protected needLock(what: string): void {
    if (!this.#locked) throw new Error(`Expected the write lock for ${what}`);
  }

  /** What cannot be half done, such as a rename, is not done when the kill comes in the middle. */
  protected change(whole: () => unknown, half: () => unknown = () => undefined): void {
    this.live();
    const kill = this.#changes === this.#kill?.at ? this.#kill.when : undefined;
    this.#changes += 1;
    if (kill === 'middle') half();
    if (kill === 'after' || kill === undefined) whole();
    if (kill === undefined) return;
    this.#dead = true;
    this.live();
  }

  protected resolve(path: string): string {
    const { byId = {}, lvs = [] } = this.snapshot;
    const link = path.startsWith('/dev/disk/by-id/')
      ? byId[path.slice('/dev/disk/by-id/'.length)]
      : undefined;
    if (link !== undefined) return link;
    if (path.startsWith('/dev/md/')) return '/dev/md127';
    const volume = lvs.find(({ vg_name, lv_name }) => path === `/dev/${vg_name ?? ''}/${lv_name ?? ''}`);
    return volume ? `/dev/mapper/${mapperName(volume.vg_name, volume.lv_name)}` : path;
  }

  protected live(): void {
    if (this.#dead) throw new KilledError('killed');
  }
}

const missing = (path: string): Error =>
  Object.assign(new Error(`ENOENT: no such file or directory, '${path}'`), { code: 'ENOENT' });
