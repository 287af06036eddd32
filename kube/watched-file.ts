import { readFileSync, statSync } from 'node:fs';

/**
 * A small file that somebody else replaces under us (a projected token, a CA): read again only when it changed.
 * The kubelet swaps a symlink, so modification time and inode both count.
 */
export class WatchedFile {
  readonly path: string;
  #stamp = '';
  #text = '';

  constructor(path: string) {
    this.path = path;
  }

  /** The text of the moment; while the file cannot be read, the last one that could. */
  read(): string {
    try {
      const { mtimeMs, ino, size } = statSync(this.path);
      const stamp = `${mtimeMs}:${ino}:${size}`;
      if (stamp !== this.#stamp) {
        this.#text = readFileSync(this.path, 'utf8').trim();
        this.#stamp = stamp;
      }
    } catch (error) {
      if (this.#stamp === '') throw error;
    }
    return this.#text;
  }

  /** Reads from the disk next time, whatever the stamp says. */
  forget(): void {
    if (this.#stamp !== '') this.#stamp = 'forgotten';
  }
}
