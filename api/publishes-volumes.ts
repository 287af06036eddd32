import type { NVMeProfileSpec } from './profile.ts';

/** Whether the layout brings PersistentVolumes of ours; a volume group left to a CSI driver, swap and SPDK do not. */
export function publishesVolumes({ layout }: Pick<NVMeProfileSpec, 'layout'>): boolean {
  if (layout.type === 'LVM') return (layout.lvm?.slices ?? 0) > 0;
  return layout.type === 'Filesystem' || layout.type === 'RAID' || layout.type === 'Block';
}
