import type { LabContext } from '../context.ts';
import type { Cloud, NodeOptions } from '../options.ts';

/** What each verb is given: the lab's context, and where its answer goes. Progress goes to `ctx.progress`. */
export interface Cli {
  ctx: LabContext;
  stdout: { write(text: string | Buffer): unknown };
  stderr: { write(text: string | Buffer): unknown };
  /** All of standard input, to its end. */
  readStdin: () => Promise<Buffer>;
}

/** The exit code a verb asks for when it is not 0, such as that of a program run in a node. */
export type Verb = Promise<number>;

/** The flags of `up`, as commander gives them. */
export interface UpFlags {
  name: string;
  nodes: number;
  drives: number;
  size: string;
  cloud: Cloud;
  images: NonNullable<NodeOptions['images']>;
  controlPlaneOnly?: boolean;
}
