import type { FilesystemLayout, LvmLayout } from '../../api/layout.ts';

/** A volume group as a profile asks for it, and the filesystem of its slices. */
export interface LvmWish {
  lvm: LvmLayout;
  filesystem: FilesystemLayout;
}
