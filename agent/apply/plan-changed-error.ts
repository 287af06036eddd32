/** What was planned is no longer what would be planned: something changed before the write lock was ours. */
export class PlanChangedError extends Error {
  override readonly name = 'PlanChangedError';
  readonly planned: string;
  readonly found: string;
  constructor(planned: string, found: string) {
    super(
      `Expected plan ${planned}, got ${found} when the write lock was taken: nothing was written; plan again`,
    );
    this.planned = planned;
    this.found = found;
  }
}
