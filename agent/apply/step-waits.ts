import type { SpdkStep } from '../plan/spdk-step.ts';
import type { Step } from '../plan/step.ts';
import { isSwapStep, type SwapStep } from '../plan/swap-step.ts';

/**
 * For each step, the earlier steps that must end before it: those that touch a thing it touches too. Steps on different
 * drives share nothing and run side by side.
 */
export function stepWaits(steps: readonly Step[]): number[][] {
  const touched = steps.map((step) => new Set(touches(step)));
  return steps.map((step, index) => {
    const mine = touches(step);
    return steps
      .map((_, earlier) => earlier)
      .slice(0, index)
      .filter(
        (earlier) =>
          blocksAll(steps[earlier]) ||
          countsAll(step, steps[earlier]) ||
          mine.some((thing) => touched[earlier]?.has(thing)),
      );
  });
}

/** A stopped array lets go of members that its step does not name. */
const blocksAll = (step: Step | undefined): boolean => step?.kind === 'md-stop';

/** The kubelet is to count the pages of every NUMA node. */
const countsAll = (step: Step, earlier: Step | undefined): boolean =>
  step.kind === 'recount-hugepages' && earlier?.kind === 'hugepages';

/** mdadm picks the next free md number, and two of it could pick the same. */
const MDADM = 'mdadm';

/** What allows swap comes before it, and what must know of it after. */
const KUBELET = 'kubelet';

/** Names of everything a step reads or changes: devices, mount points, volume groups, UUIDs. */
function touches(step: Step): string[] {
  if (isSwapStep(step)) return touchedBySwap(step);
  switch (step.kind) {
    case 'mkfs':
      return [step.device, step.uuid];
    case 'md-create':
    case 'md-assemble':
      return [MDADM, `/dev/md/${step.arrayName}`, step.uuid, ...step.devices];
    case 'md-stop':
    case 'wipe-signatures':
    case 'make-raw':
    case 'pv-create':
      return [step.device];
    case 'vg-create':
    case 'vg-activate':
    case 'vg-remove':
      return [`vg/${step.vgName}`, ...step.devices];
    case 'lv-create':
    case 'lv-remove':
      return [`vg/${step.vgName}`, `/dev/${step.vgName}/${step.lvName}`];
    case 'mount':
    case 'unmount':
      return [step.device, step.uuid, step.path];
    case 'make-data-directory':
      return [step.uuid, step.mountPath];
    default:
      return touchesOfSpdk(step);
  }
}

function touchesOfSpdk(step: SpdkStep): string[] {
  switch (step.kind) {
    case 'hugepages':
      return [`hugepages/${step.numaNode}`];
    case 'recount-hugepages':
      return [];
    case 'load-driver':
      return [`driver/${step.driver}`];
    case 'pci-bind':
      return [step.address, `driver/${step.driver}`, ...step.devices];
    case 'pci-release':
      return [step.address];
    case 'forget-handover':
      return [step.address, ...step.devices];
  }
}

function touchedBySwap(step: SwapStep): string[] {
  switch (step.kind) {
    case 'mark-swap':
    case 'mkswap':
      return [step.device];
    case 'crypt-open':
    case 'crypt-close':
      return [step.device, `/dev/mapper/${step.mapping}`];
    case 'swapon':
    case 'swapoff':
      return [step.device, KUBELET];
    case 'configure-kubelet':
    case 'restart-kubelet':
    case 'restore-kubelet':
      return [KUBELET];
    case 'set-sysctl':
      return [step.sysctl];
  }
}
