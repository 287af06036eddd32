import type { Step } from './step.ts';

/** Every step comes after those of earlier kinds on the same drives, so that equal kinds can run side by side. */
const ORDER: readonly Step['kind'][] = [
  'hugepages',
  'recount-hugepages',
  'unmount',
  'swapoff',
  'crypt-close',
  'lv-remove',
  'vg-remove',
  'pci-release',
  'md-stop',
  'md-assemble',
  'vg-activate',
  'wipe-signatures',
  'make-raw',
  'forget-handover',
  'restore-kubelet',
  'load-driver',
  'pci-bind',
  'md-create',
  'pv-create',
  'vg-create',
  'lv-create',
  'mark-swap',
  'crypt-open',
  'mkswap',
  'configure-kubelet',
  'swapon',
  'set-sysctl',
  'restart-kubelet',
  'mkfs',
  'mount',
  'make-data-directory',
];

/** The steps without repetitions, by kind. */
export function inOrder(steps: readonly Step[]): Step[] {
  const unique = [...new Map(steps.map((step) => [JSON.stringify(step), step])).values()];
  return unique.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}
