/** No usable way to a cluster: a missing or broken kubeconfig, an unknown context, a failed credential plugin. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** The file at fault, when it is one. */
  readonly file: string | undefined;
  constructor(message: string, options: { cause?: unknown; file?: string | undefined } = {}) {
    super(message, { cause: options.cause });
    this.file = options.file;
  }
}

/** The program that a kubeconfig gets credentials from gave none; in the words of client-go. */
export class CredentialError extends ConfigError {
  /** Ctrl-C ended it: the terminal sends that to everything in it, and the plugin may be gone before we hear of it. */
  readonly interrupted: boolean;
  constructor(message: string, options: { cause?: unknown; interrupted?: boolean } = {}) {
    super(message, options);
    this.interrupted = options.interrupted ?? false;
  }
}
