/** One array as the kernel runs it. */
export interface MdstatArray {
  /** `md127`. */
  name: string;
  active: boolean;
  /** `raid0`, `raid10` …; absent for inactive arrays. */
  level?: string;
  /** Kernel names of members. */
  members: string[];
}

/** The arrays in /proc/mdstat (md(4)). */
export function parseMdstat(text: string): MdstatArray[] {
  return text.split('\n').flatMap((line) => {
    const match = /^(md\S+) : (active|inactive)(?: \([^)]*\))* ?(.*)$/.exec(line);
    const [, name, state, rest] = match ?? [];
    if (name === undefined || rest === undefined) return [];
    const words = rest.split(' ').filter((word) => word !== '');
    const members = words.flatMap((word) => /^([^[]+)\[\d+\]/.exec(word)?.[1] ?? []);
    const level = words.find((word) => /^(?:raid\d+|linear|multipath)$/.test(word));
    return [{ name, active: state === 'active', members, ...(level === undefined ? {} : { level }) }];
  });
}
