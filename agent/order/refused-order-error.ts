/** What was found is not what a person gave up: the order ends here, and a new one needs a new look. */
export class RefusedOrderError extends Error {
  override readonly name = 'RefusedOrderError';
}
