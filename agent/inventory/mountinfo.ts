/** One mount of a mount namespace. */
export interface Mount {
  majMin: string;
  mountPoint: string;
  fsType: string;
  /** As the kernel tells it: a device path, or a word such as `tmpfs`. */
  source: string;
}

/**
 * The mounts of a mountinfo text (proc_pid_mountinfo(5)). Undefined when a line is not understood: a line that is
 * skipped could be the one that says a drive is in use.
 */
export function parseMountinfo(text: string): Mount[] | undefined {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const [before, after] = line.split(' - ', 2);
    const [, , majMin, , mountPoint] = before?.split(' ') ?? [];
    const [fsType, source] = after?.split(' ') ?? [];
    if (!majMin || !mountPoint || fsType === undefined || !/^\d+:\d+$/.test(majMin)) return undefined;
    mounts.push({ majMin, mountPoint: unescape(mountPoint), fsType, source: unescape(source ?? '') });
  }
  return mounts;
}

/** The kernel writes space, tab, newline and backslash as three octal digits. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
}
