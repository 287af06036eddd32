/** The command line cannot be understood; printed in kubectl's words, exit code 1. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** Ends with `See 'kubectl nvme status --help' for usage.` when the verb is known. */
  readonly command: string | undefined;
  constructor(message: string, options: { command?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.command = options.command;
  }
}
