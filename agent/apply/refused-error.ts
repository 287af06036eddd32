/** A device must not be written to, as was seen right before the write. Nothing overrides it. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError';
  readonly device: string;
  readonly reason: string;
  constructor(device: string, reason: string, options?: { cause?: unknown }) {
    super(`Refused to go on with ${device}: ${reason}; nothing was written to it now`, options);
    this.device = device;
    this.reason = reason;
  }
}
