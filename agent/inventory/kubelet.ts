import type { KubeletFacts, Snapshot } from '../../api/snapshot.ts';

/** What a kubelet makes of swap, from its flag and its files, later ones winning. */
export interface SwapPolicy {
  failSwapOn: boolean;
  /** `NoSwap` keeps pods from it, `LimitedSwap` gives Burstable pods a share. */
  behavior: string;
  /** Whether the running kubelet has read the files as they are. */
  running: boolean;
}

/** The kubelet's own defaults where nothing is said (KubeletConfiguration, v1beta1). */
export function swapPolicy({
  failSwapOnFlag,
  files,
}: Pick<KubeletFacts, 'failSwapOnFlag' | 'files'>): SwapPolicy {
  const said = files.findLast(({ failSwapOn }) => failSwapOn !== undefined)?.failSwapOn;
  const behavior = files.findLast(({ swapBehavior }) => swapBehavior !== undefined)?.swapBehavior;
  return {
    failSwapOn: failSwapOnFlag ?? said ?? true,
    behavior: behavior ?? 'NoSwap',
    running: files.every(({ read }) => read),
  };
}

/** Why the kubelet's running configuration does not allow swap, in words; undefined when it does. */
export function swapObstacle(facts: KubeletFacts): string | undefined {
  const { failSwapOn, running } = swapPolicy(facts);
  if (failSwapOn) return 'the running kubelet has failSwapOn: true and would not start again with swap on';
  return running ? undefined : 'the kubelet runs with an older configuration than its files show';
}

/** Why a live look does not know the kubelet, in words. */
export function kubeletUnread({ kubelet, errors }: Snapshot, strict: boolean): string | undefined {
  for (const field of ['kubelet', 'kubeletChange']) {
    const error = errors?.[field];
    if (error !== undefined) return `the kubelet’s configuration could not be read: ${error}`;
  }
  if (kubelet !== undefined || !strict) return undefined;
  return 'no running kubelet was found: it needs a unit kubelet.service, k0s or RKE2, cgroup v2, and for an agent in a pod hostPID: true';
}
