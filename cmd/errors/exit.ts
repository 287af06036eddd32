/** A command that did not reach its goal for a reason that is not an error of the program; exit code 1. */
export class Failure extends Error {
  override readonly name = 'Failure';
  /** What the user can do next; printed on lines of its own. */
  readonly next: string | undefined;
  constructor(message: string, options: { next?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.next = options.next;
  }
}

/** Several failures of one command, each to be printed: kubectl goes on after the first unknown name. */
export class Failures extends Error {
  override readonly name = 'Failures';
  readonly errors: readonly unknown[];
  constructor(errors: readonly unknown[]) {
    super(`${errors.length} failures`);
    this.errors = errors;
  }
}

/** The user pressed Ctrl-C; exit code 130, what was started in the cluster goes on. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
