import { isGone } from './errors.ts';
import { firstSet } from './first-set.ts';

/** Objects a page: 500 nodes of 12 kB are 6 MB of JSON at once. */
const PAGE_SIZE = 500;

/** Which page: at most `limit` objects, all when absent, from where `continue` points to. */
export interface Paging {
  limit?: number;
  continue?: string;
}

/**
 * A consistent list, one page after the other, of 500 objects each unless `limit` says otherwise; 0 is one page of all. When the server forgets the snapshot between two pages, only one request
 * without pages is sure to be consistent: its answer is then the only page.
 */
export async function allPages<P extends { metadata?: { continue?: string } }>(
  read: (paging: Paging) => Promise<P>,
  { limit = PAGE_SIZE, continue: start }: Paging = {},
): Promise<[...P[], P]> {
  const size = limit > 0 ? { limit } : {};
  const pages: P[] = [];
  for (let token = start; ;) {
    const page = await read({ ...size, ...(token === undefined ? {} : { continue: token }) }).catch(
      (error: unknown) => {
        if (token === undefined || !isGone(error)) throw error;
        return undefined;
      },
    );
    if (page === undefined) return [await read({})];
    token = firstSet(page.metadata?.continue);
    if (token === undefined) return [...pages, page];
    pages.push(page);
  }
}
