import type { KubeletFacts } from '../../api/snapshot.ts';

/** The file of `kubelet()`. */
export const KUBELET_CONFIG = '/var/lib/kubelet/config.yaml';

/** A running kubelet whose file says nothing of swap, so that it would not start with it. */
export function kubelet(overrides: Partial<KubeletFacts> = {}): KubeletFacts {
  return {
    unit: 'kubelet.service',
    pid: 700,
    configPath: KUBELET_CONFIG,
    files: [{ path: KUBELET_CONFIG, read: true }],
    ...overrides,
  };
}

/** One that runs with swap allowed and limited. */
export const limitedKubelet = (overrides: Partial<KubeletFacts> = {}): KubeletFacts =>
  kubelet({
    files: [{ path: KUBELET_CONFIG, failSwapOn: false, swapBehavior: 'LimitedSwap', read: true }],
    ...overrides,
  });
