import { CommandError, type NamespaceMount, type RunOptions, type RunResult } from '../../agent/host/host.ts';
import { parseMountinfo } from '../../agent/inventory/mountinfo.ts';
import { FakeHost } from './host.ts';

/** A machine with one drive whose filesystem, once it is mounted, has entries; and whose drive can be erased. */
export class VolumeHost extends FakeHost {
  /** Folders at the root of the filesystem, with the names in them. */
  tree = new Map<string, string[]>();
  /** Folders of the host, with the names in them. */
  readonly folders = new Map<string, string[]>();
  readonly elsewhere: NamespaceMount[] = [];
  /** Bits 2:0 of the drive's DLFEAT; undefined for a drive that cannot be asked. */
  dlfeat: number | undefined = 1;
  /** What a discard leaves on the drive, whatever it promises. */
  afterDiscard = 0;
  /** Names that rm cannot remove. */
  readonly sticky = new Set<string>();
  #program = '';

  /** Where the filesystem is mounted. */
  get mountPath(): string | undefined {
    const mounts = parseMountinfo(this.snapshot.mountinfo ?? '') ?? [];
    return mounts.find(({ mountPoint }) => mountPoint.startsWith('/pv-disks/'))?.mountPoint;
  }

  /** Something else is mounted, as this line of mountinfo says. */
  addMount(line: string): void {
    this.snapshot.mountinfo = `${this.snapshot.mountinfo ?? ''}\n${line}\n`;
  }

  override async run(command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const [program = ''] = command;
    const device = this.resolve(command.at(-1) ?? '');
    this.#program = program;
    if (program === 'blkdiscard') return this.#erase(command, device);
    if (program === 'blockdev') return { stdout: `${900 * 2 ** 30}\n`, stderr: '' };
    if (program !== 'nvme') return super.run(command, options);
    const outcome = { exitCode: 1, stderr: 'Inappropriate ioctl for device', timedOut: false };
    if (this.dlfeat === undefined) throw new CommandError(command, outcome);
    return { stdout: JSON.stringify({ nsze: 1, dlfeat: this.dlfeat }), stderr: '' };
  }

  override exists(path: string): Promise<boolean> {
    return path === `${this.mountPath ?? ''}/data`
      ? Promise.resolve(this.tree.has('data'))
      : super.exists(path);
  }

  override readDirectory(path: string): Promise<string[]> {
    const { mountPath } = this;
    const inside = mountPath !== undefined && path.startsWith(`${mountPath}/`);
    const found =
      path === mountPath
        ? ['lost+found', ...this.tree.keys()]
        : inside
          ? this.tree.get(path.slice(mountPath.length + 1))
          : this.folders.get(path);
    return found === undefined ? super.readDirectory(path) : Promise.resolve([...found].sort());
  }

  override rename(from: string, to: string): Promise<void> {
    this.needLock(`rename ${from}`);
    const [before = '', after = ''] = [from, to].map((path) => path.split('/').at(-1));
    this.change(() => {
      this.tree.set(after, this.tree.get(before) ?? []);
      this.tree.delete(before);
    });
    return Promise.resolve();
  }

  override removeTree(path: string): Promise<void> {
    this.needLock(`rm ${path}`);
    const name = path.split('/').at(-1) ?? '';
    const [stuck] = (this.tree.get(name) ?? []).filter((entry) => this.sticky.has(entry));
    const outcome = { exitCode: 1, stderr: `cannot remove '${stuck ?? ''}'`, timedOut: false };
    if (stuck !== undefined) return Promise.reject(new CommandError(['rm', path], outcome));
    this.change(
      () => this.tree.delete(name),
      () => this.tree.get(name)?.pop(),
    );
    return Promise.resolve();
  }

  override mountsElsewhere(): Promise<NamespaceMount[]> {
    return Promise.resolve([...this.elsewhere]);
  }

  /** A new filesystem is empty, and so is one whose making was cut off. */
  protected override change(whole: () => unknown, half: () => unknown = () => undefined): void {
    const program = this.#program;
    const effect = (write: () => unknown) => () => {
      write();
      if (program.startsWith('mkfs')) this.tree.clear();
      if (program === 'mkdir') this.tree.set('data', this.tree.get('data') ?? []);
      this.#showData();
      this.#program = '';
    };
    super.change(effect(whole), effect(half));
  }

  #showData(): void {
    const { mountPath } = this;
    const shown = mountPath !== undefined && this.tree.has('data');
    this.snapshot = { ...this.snapshot, files: shown ? { [`${mountPath}/data`]: true } : {} };
  }

  #erase(command: readonly string[], device: string): Promise<RunResult> {
    this.needLock(command.join(' '));
    this.programs.push(`!${command.join(' ')}`);
    const constant = command.includes('--zeroout') ? 0 : this.afterDiscard;
    this.change(
      () => this.#overwrite(device, constant === 0 ? 0 : null),
      () => this.#overwrite(device, null),
    );
    return Promise.resolve({ stdout: '', stderr: '' });
  }

  #overwrite(device: string, constant: number | null): void {
    const { blkid = {}, samples = {} } = this.snapshot;
    this.snapshot = {
      ...this.snapshot,
      blkid: { ...blkid, [device]: {} },
      samples: { ...samples, [device]: { constant } },
    };
  }
}
