import { parse } from 'yaml';
import { KUBELET_CONFIG } from '../builders/kubelet.ts';

const PROCS = '/sys/fs/cgroup/system.slice/kubelet.service/cgroup.procs';
const TEXT = 'apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nport: 10250 # ours\n';

/**
 * A kubelet as its host shows it: files, a process, and a start that fails as the real one's does, with swap on and
 * failSwapOn not false.
 */
export class FakeKubelet {
  readonly files = new Map<string, { text: string; at: number }>();
  /** Undefined while it is down. */
  pid: number | undefined = 700;
  /** How often it was started since the machine's boot. */
  starts = 1;
  /** A configuration that it does not come up with, beside what swap forbids. */
  dislikes: (text: string) => boolean = () => false;
  args = [`--config=${KUBELET_CONFIG}`];
  readonly #now: () => number;
  #nextPid = 701;
  #startedAt: number;

  constructor(now: () => number, text = TEXT) {
    this.#now = now;
    this.write(KUBELET_CONFIG, text);
    this.#startedAt = now() + 5000;
  }

  get text(): string {
    return this.files.get(KUBELET_CONFIG)?.text ?? '';
  }

  write(path: string, text: string): void {
    this.files.set(path, { text, at: this.#now() });
  }

  start(swapIsOn: boolean): void {
    const { failSwapOn } = parse(this.text) as { failSwapOn?: boolean };
    const stays = (!swapIsOn || failSwapOn === false) && !this.dislikes(this.text);
    this.starts += 1;
    this.pid = stays ? this.#nextPid++ : undefined;
    this.#startedAt = this.#now();
  }

  /** What the machine's files say of it; undefined for a path that has nothing to do with it. */
  read(path: string): string | undefined {
    if (path === '/proc/stat') return 'cpu 1 2 3\nbtime 0\n';
    const own = `/proc/${this.pid ?? 'none'}`;
    switch (path) {
      case PROCS:
        return this.pid === undefined ? '\n' : `${this.pid}\n`;
      case `${own}/comm`:
        return 'kubelet\n';
      case `${own}/cmdline`:
        return ['/usr/local/bin/kubelet', ...this.args, ''].join('\0');
      case `${own}/stat`:
        return `${this.pid ?? 0} (kubelet) S ${'0 '.repeat(18)}${Math.floor(this.#startedAt / 10)} 0 0`;
      default:
        return this.files.get(path)?.text;
    }
  }
}
