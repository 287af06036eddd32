import type { Clock } from '../../kube/clock.ts';
import type { KubeApi } from '../../kube/api.ts';
import type { ManifestBundle } from '../install/bundle.ts';
import type { Candidates, Flag, FlagValues } from './flag.ts';

/** Where text goes. */
export interface Output {
  write(text: string): unknown;
}

/** Both ends of an interactive terminal; absent when either is a pipe, a file or `TERM=dumb`. */
export interface Terminal {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  /** False under NO_COLOR. */
  color: boolean;
  /** Stops the program as Ctrl-Z does, and resolves when the shell has it go on; absent where nothing can. */
  suspend?: () => Promise<void>;
}

/** Everything a verb may touch. */
export interface LocalContext {
  /** Results only. */
  stdout: Output;
  /** Progress, notes and hints. */
  stderr: Output;
  terminal?: Terminal;
  clock: Clock;
  /** Aborted by Ctrl-C. */
  signal: AbortSignal;
  /** A name that no other request has. */
  newID: () => string;
  /** What comes with the program to be installed. */
  bundle: () => Promise<ManifestBundle>;
  /** Text of a file, of standard input for `-`. */
  readText: (path: string) => Promise<string>;
}

/** The same, with a cluster. */
export interface Context extends LocalContext {
  kube: KubeApi;
  /** Of `-n`, else of the kubeconfig's context, else `default`. */
  namespace: string;
}

/** What was typed behind the verb's name. */
export interface Invocation {
  args: readonly string[];
  flags: FlagValues;
}

/** How a verb is called; help and completion are made from it. */
export interface VerbUsage {
  /** Positional arguments as the help shows them: `[NODE...]`. */
  args: string;
  /** What completion offers for the positional arguments. */
  candidates?: Candidates;
  /** At most this many positional arguments are completed and accepted; no limit when absent. */
  maxArgs?: number;
  description: string;
  examples: readonly { comment: string; command: string }[];
  flags: readonly Flag[];
}

/** A parsed command line, ready to run. Failures are thrown. */
export type Prepared =
  | { cluster: true; run: (context: Context) => Promise<void> }
  | { cluster: false; run: (context: LocalContext) => Promise<void> };

/** One verb: how it is called, and a parser that gives something to run. */
export interface Verb {
  usage: VerbUsage;
  /** Throws UsageError. */
  prepare(invocation: Invocation): Prepared;
}

/** A verb that works on a cluster: parse to a value, then run that value. */
export function clusterVerb<Op>(definition: {
  usage: VerbUsage;
  parse: (invocation: Invocation) => Op;
  run: (op: Op, context: Context) => Promise<void>;
}): Verb {
  return {
    usage: definition.usage,
    prepare(invocation) {
      const op = definition.parse(invocation);
      return { cluster: true, run: (context) => definition.run(op, context) };
    },
  };
}

/** A verb that needs no cluster. */
export function localVerb<Op>(definition: {
  usage: VerbUsage;
  parse: (invocation: Invocation) => Op;
  run: (op: Op, context: LocalContext) => Promise<void>;
}): Verb {
  return {
    usage: definition.usage,
    prepare(invocation) {
      const op = definition.parse(invocation);
      return { cluster: false, run: (context) => definition.run(op, context) };
    },
  };
}
