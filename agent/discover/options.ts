/** How to look at a host. */
export interface DiscoverOptions {
  /** Decides which blocks are sampled; a new one each time covers more, a fixed one repeats. */
  seed: string;
  signal?: AbortSignal;
  /** Look into filesystems of others, too: existingData is not `Refuse`. */
  entries?: boolean;
}
