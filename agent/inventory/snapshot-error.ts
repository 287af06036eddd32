/** A snapshot that cannot be used; the message says where it is damaged and what was expected there. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
  /** Dotted path of the field, empty for the document itself. */
  readonly field: string;
  constructor(field: string, expected: string, got: unknown, options?: { cause?: unknown }) {
    const where = field === '' ? 'the snapshot' : `\`${field}\` of the snapshot`;
    super(`Expected ${where} to be ${expected}, got ${describe(got)}`, options);
    this.field = field;
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `\`${text.length > 60 ? `${text.slice(0, 60)}…` : text}\``;
}
