import { AsyncLocalStorage } from 'node:async_hooks';
import { basename, dirname } from 'node:path';
import { mkdir, readdir, readFile, stat, type FileHandle } from 'node:fs/promises';
import type { Clock } from '../../kube/clock.ts';
import { holdExclusive, probeExclusive, readBlocks, writeAttribute } from './block-device.ts';
import { filesystemBytes } from './filesystem-size.ts';
import { findHostInit, type HostInit } from './host-init.ts';
import { localPath, realHostPath, resolveHostPath } from './host-paths.ts';
import type { DeviceUsers, Host, NamespaceMount, Place, RunOptions, RunResult } from './host.ts';
import { readInitFacts } from './init-facts.ts';
import { LOCK_PATH, takeLock } from './lock.ts';
import { keepingLock } from './lock-keeper.ts';
import { inHostNamespace, needsHostNamespace } from './mount-namespace.ts';
import { HostMountsUnknownError, readHostMountinfo } from './mountinfo.ts';
import { kernelOpenersOf } from './kernel-openers.ts';
import { openersOf } from './openers.ts';
import { mountsElsewhere } from './mounts-elsewhere.ts';
import { replaceFile } from './replace-file.ts';
import { runProgram, type RunContext } from './run.ts';
import { removeTree, renameEntry, syncFilesystem } from './tree.ts';

export interface RealHostOptions {
  /** Where the host's root is mounted: `/host` in a container, `/` on the host itself. */
  rootMount: string;
  env: RunContext['env'];
  clock: Pick<Clock, 'sleep'>;
}

/** The machine itself, or the machine below the container that the agent runs in. */
export function createHost(options: RealHostOptions): Host {
  return new RealHost(options);
}

class RealHost implements Host {
  readonly kubeletRoot: string | undefined;
  readonly #rootMount: string;
  readonly #context: Omit<RunContext, 'lockFd'>;
  /** The lock of the work that a call belongs to, so that no other call in the process can borrow it. */
  readonly #lock = new AsyncLocalStorage<FileHandle>();

  constructor({ rootMount, env, clock }: RealHostOptions) {
    this.#rootMount = rootMount === '/' ? rootMount : rootMount.replace(/\/+$/, '');
    this.#context = { env, clock };
    this.kubeletRoot = env.KUBELET_ROOT;
  }

  async run(command: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const lockFd = options.writes ? this.#heldLock(command) : undefined;
    const adapted = needsHostNamespace(command)
      ? inHostNamespace(command, this.#rootMount, await this.#init())
      : command;
    const kept = lockFd === undefined ? adapted : keepingLock(adapted, options.timeoutMs);
    return runProgram(kept, options, { ...this.#context, lockFd });
  }

  async readFile(path: string): Promise<string> {
    return readFile(await this.#local(path), 'utf8');
  }

  async readDirectory(path: string): Promise<string[]> {
    return (await readdir(await this.#local(path))).sort();
  }

  realPath(path: string): Promise<string> {
    return realHostPath(this.#rootMount, path);
  }

  async exists(path: string): Promise<boolean> {
    const local = await this.#local(path);
    return stat(local).then(
      () => true,
      (error: unknown) => {
        if (isMissing(error)) return false;
        throw error;
      },
    );
  }

  async writeFile(path: string, text: string): Promise<void> {
    await replaceFile(await this.#local(path), text);
  }

  async makeDirectory(path: string): Promise<void> {
    await mkdir(await this.#local(path), { recursive: true });
  }

  async modifiedAt(path: string): Promise<number> {
    return (await stat(await this.#local(path))).mtimeMs;
  }

  async filesystemBytes(path: string): Promise<number> {
    return filesystemBytes(await this.#local(path));
  }

  async readBlocks(path: string, places: readonly Place[]): Promise<Uint8Array[]> {
    return readBlocks(await this.#local(path), places);
  }

  async probeExclusive(path: string): Promise<void> {
    return probeExclusive(await this.#local(path));
  }

  async holdExclusive<T>(path: string, work: () => Promise<T>): Promise<T> {
    return holdExclusive(await this.#local(path), work);
  }

  async openersOf(path: string): Promise<string[]> {
    const [found] = await this.#usersOf([path], { writing: false });
    return found?.users ?? [];
  }

  async writersOf(paths: readonly string[]): Promise<DeviceUsers[]> {
    return (await this.#usersOf(paths, { writing: true })).filter(({ users }) => users.length > 0);
  }

  async #usersOf(paths: readonly string[], mode: { writing: boolean }): Promise<DeviceUsers[]> {
    const init = await this.#init();
    if (!init.found) throw new HostMountsUnknownError(init.reason);
    const devices = await Promise.all(paths.map(async (path) => ({ path, local: await this.#local(path) })));
    const locals = devices.map(({ local }) => local);
    const trees = { block: '/sys/block', config: await this.#local('/sys/kernel/config') };
    const [processes, kernel] = await Promise.all([
      openersOf(locals, init.proc, mode),
      Promise.all(locals.map((local) => kernelOpenersOf(local, (path) => this.#local(path), trees))),
    ]);
    return devices.map(({ path, local }, index) => {
      const own = processes.filter((opener) => opener.path === local);
      const named = own.map(({ pid, command }) => `${command || 'a process'} (PID ${pid})`);
      return { path, users: [...named, ...(kernel[index] ?? [])] };
    });
  }

  async writeAttribute(path: string, text: string): Promise<void> {
    this.#heldLock(['write', path]);
    await writeAttribute(path, text);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#heldLock(['rename', from, to]);
    await renameEntry(await this.#entry(from), await this.#entry(to));
  }

  async removeTree(path: string): Promise<void> {
    const lockFd = this.#heldLock(['rm', path]);
    await removeTree(await this.#entry(path), { ...this.#context, lockFd });
  }

  async syncFilesystem(path: string): Promise<void> {
    await syncFilesystem(await this.#local(path), this.#context);
  }

  async mountsElsewhere(majMin: string): Promise<NamespaceMount[]> {
    const init = await this.#init();
    if (!init.found) throw new HostMountsUnknownError(init.reason);
    return mountsElsewhere(majMin, init.proc);
  }

  async hostMountinfo(): Promise<string> {
    return readHostMountinfo(await this.#init());
  }

  async withWriteLock<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
    const handle = await takeLock(localPath(this.#rootMount, LOCK_PATH), timeoutMs, this.#context);
    try {
      return await this.#lock.run(handle, work);
    } finally {
      await handle.close();
    }
  }

  /** A closed handle has the descriptor -1: work that went on after its lock was let go must not write either. */
  #heldLock(command: readonly string[]): number {
    const fd = this.#lock.getStore()?.fd ?? -1;
    if (fd < 0) throw new Error(`Expected the write lock to be held for \`${command.join(' ')}\`, got none`);
    return fd;
  }

  async #init(): Promise<HostInit> {
    return findHostInit(await readInitFacts(this.#rootMount));
  }

  /** A path whose last part is taken as it stands, link or not. */
  async #entry(path: string): Promise<string> {
    return `${await this.#local(dirname(path))}/${basename(path)}`;
  }

  async #local(path: string): Promise<string> {
    return localPath(this.#rootMount, await resolveHostPath(this.#rootMount, path));
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
