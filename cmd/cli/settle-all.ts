import { inParallel } from '../../kube/in-parallel.ts';

/** Runs work on every item, at most so many at a time; gives the results in the items' order. Never rejects. */
export async function settleAll<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<PromiseSettledResult<Result>[]> {
  const results: PromiseSettledResult<Result>[] = [];
  await inParallel([...items.entries()], limit, async ([index, item]) => {
    [results[index] = { status: 'rejected', reason: undefined }] = await Promise.allSettled([work(item)]);
  });
  return results;
}
