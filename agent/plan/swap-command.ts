import { SWAP_PRIORITY } from '../../api/swap.ts';
import type { CryptOpenStep, SwapStep } from './swap-step.ts';

/** Size of the mark at the start of an encrypted drive, in KiB; the mapping begins behind it. */
export const MARK_KIB = 1024;

/** A sector of the device-mapper, whatever the drive's own are. */
const SECTOR_BYTES = 512;

/** Value of Bottlerocket's setting, from which it makes the kubelet's configuration and restarts it. */
export const BOTTLEROCKET_SETTING = 'settings.kubernetes.memory-swap-behavior=LimitedSwap';

/** The argument array of a step of the Swap layout; empty for those that are more than a program. */
export function swapCommandOf(step: SwapStep): string[] {
  switch (step.kind) {
    case 'mark-swap':
      return ['mkswap', '--uuid', step.uuid, '--label', 'nvme-encrypted', step.device, String(MARK_KIB)];
    case 'crypt-open':
      return cryptOpen(step);
    case 'mkswap':
      return ['mkswap', '--uuid', step.uuid, '--label', 'nvme-swap', step.device];
    case 'swapon':
      return ['swapon', '--priority', String(SWAP_PRIORITY), step.device];
    case 'swapoff':
      return ['swapoff', step.device];
    case 'crypt-close':
      return ['env', 'DM_DISABLE_UDEV=1', 'cryptsetup', 'close', step.mapping];
    case 'configure-kubelet':
      return step.how === 'bottlerocket' ? ['apiclient', 'set', BOTTLEROCKET_SETTING] : [];
    case 'restart-kubelet':
    case 'restore-kubelet':
      return step.unit === 'kubelet.service' ? ['systemctl', 'restart', step.unit] : [];
    case 'set-sysctl':
      return [];
  }
}

/**
 * Plain dm-crypt: no header, the key goes straight from the kernel's generator into the mapping. Without udev, whose
 * cookies host and container could not both see (they have different semaphores).
 */
function cryptOpen({ device, mapping, sectorSize }: CryptOpenStep): string[] {
  return [
    'env',
    'DM_DISABLE_UDEV=1',
    'cryptsetup',
    'open',
    '--batch-mode',
    ...['--type', 'plain', '--cipher', 'aes-xts-plain64', '--key-size', '512', '--key-file', '/dev/urandom'],
    ...['--sector-size', String(sectorSize), '--offset', String((MARK_KIB * 1024) / SECTOR_BYTES)],
    device,
    mapping,
  ];
}
