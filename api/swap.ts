/**
 * Priority of every swap area: equal ones are written to in turns (swapon(2)). It is the one that Materialize's tool
 * gives, so that its areas and ours beside each other are used alike.
 */
export const SWAP_PRIORITY = 10;

/** The vm.* sysctls that set-up may change; whatever else is the machine's owner's. */
export const SWAP_SYSCTLS = [
  'swappiness',
  'min_free_kbytes',
  'watermark_scale_factor',
  'watermark_boost_factor',
  'page-cluster',
  'vfs_cache_pressure',
  'overcommit_memory',
  'overcommit_ratio',
] as const;
export type SwapSysctl = (typeof SWAP_SYSCTLS)[number];
