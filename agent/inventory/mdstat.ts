/** One array as the kernel runs it. */
export interface MdstatArray {
  /** `md127`. */
  name: string;
  /** The kernel runs it; one that it calls broken, too: a RAID 0 is after a failed write to a member that is gone. */
  active: boolean;
  /** `raid0`, `raid10` …; absent for inactive arrays. */
  level?: string;
  /** Kernel names of members. */
  members: string[];
}

/** The arrays in /proc/mdstat (md(4); md_seq_show in drivers/md/md.c). */
export function parseMdstat(text: string): MdstatArray[] {
  return text.split('\n').flatMap((line) => {
    const match = /^(md\S+) : (\S+)(?: \([^)]*\))* ?(.*)$/.exec(line);
    const [, name, state, rest] = match ?? [];
    if (name === undefined || rest === undefined) return [];
    const words = rest.split(' ').filter((word) => word !== '');
    const members = words.flatMap((word) => /^([^[]+)\[\d+\]/.exec(word)?.[1] ?? []);
    const level = words.find((word) => /^(?:raid\d+|linear|multipath)$/.test(word));
    return [{ name, active: state !== 'inactive', members, ...(level === undefined ? {} : { level }) }];
  });
}
