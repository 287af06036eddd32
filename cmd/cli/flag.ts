/** What completion offers as a flag's value: fixed words, or names read from the cluster. */
export type Candidates = readonly string[] | NamedKind;

/** Kinds whose names completion reads from the cluster; of volumes only ours. */
export type NamedKind = 'nodes' | 'profiles' | 'volumes';

/** A flag as data: commander options, help and shell completion are made from it. */
export interface Flag {
  /** `no-headers`, without the dashes. */
  long: string;
  /** One letter. */
  short?: string;
  /** Placeholder of the value in the help; a flag without one is a switch. */
  value?: string;
  /** What the bare flag means when its value may be left out: `--dry-run` is `--dry-run=client`. */
  bare?: string;
  /** A switch that is on unless `--long=false` or `--no-long` is given. */
  on?: boolean;
  /** May be given more than once; the values are collected. */
  repeated?: boolean;
  candidates?: Candidates;
  description: string;
}

/** Values of the flags that were given, by their long name; a switch is true or false. */
export type FlagValues = Readonly<Record<string, string | boolean | string[] | undefined>>;

/** The text value of a flag, undefined when it was not given. */
export function textOf(flags: FlagValues, long: string): string | undefined {
  const value = flags[long];
  return typeof value === 'string' ? value : undefined;
}

/** The values of a repeated flag, empty when it was not given. */
export function textsOf(flags: FlagValues, long: string): string[] {
  const value = flags[long];
  return Array.isArray(value) ? value : [];
}

/** Whether a switch is on. */
export function isOn(flags: FlagValues, long: string): boolean {
  return flags[long] === true;
}
