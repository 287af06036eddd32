import type { Snapshot } from '../../../api/snapshot.ts';
import type { SwapStep } from '../../../agent/plan/swap-step.ts';
import { addChild, dropChild, resolve, write } from './rows.ts';

/** What a step of the Swap layout leaves; changes the snapshot. */
export function applySwapStep(next: Snapshot, step: SwapStep): Snapshot {
  switch (step.kind) {
    case 'mark-swap':
    case 'mkswap':
      return write(next, resolve(next, step.device), { TYPE: 'swap', UUID: step.uuid }, null);
    case 'crypt-open': {
      const drive = resolve(next, step.device);
      const kname = `dm-${drive.replaceAll(/\D/g, '')}`;
      const path = `/dev/mapper/${step.mapping}`;
      next.holders = { ...next.holders, [drive]: [kname] };
      const row = {
        name: step.mapping,
        kname,
        path,
        type: 'crypt',
        'maj:min': `253:${kname.slice(3)}`,
        size: 1,
      };
      addChild(next, [drive.slice('/dev/'.length)], row);
      return write(next, path, {}, null);
    }
    case 'swapon':
      next.swaps = `${next.swaps ?? ''}${resolve(next, step.device)} partition 1 0 10\n`;
      if (next.kubelet) next.kubelet.sawSwap = false;
      return next;
    case 'swapoff': {
      const path = resolve(next, step.device);
      next.swaps = (next.swaps ?? '').replace(new RegExp(`^${path} .*\n`, 'm'), '');
      return next;
    }
    case 'crypt-close': {
      const drive = resolve(next, step.device);
      next.holders = { ...next.holders, [drive]: [] };
      return dropChild(next, step.mapping);
    }
    case 'restore-kubelet':
      delete next.kubeletChange;
      return next;
    case 'configure-kubelet': {
      const said = { path: step.path, failSwapOn: false, swapBehavior: 'LimitedSwap', read: true };
      const { sawSwap: _, ...kubelet } = next.kubelet ?? { unit: step.unit, pid: 1 };
      next.kubelet = { ...kubelet, files: [said] };
      return next;
    }
    case 'restart-kubelet':
      if (next.kubelet) next.kubelet.sawSwap = true;
      return next;
    case 'set-sysctl':
      next.sysctls = { ...next.sysctls, [step.sysctl]: step.value };
      return next;
  }
}
