/**
 * What set-up does, as data. `devices` are by-id or kernel paths that the step writes to; the executor opens each
 * one exclusively right before. Every step can be run again: a killed one is completed or redone under its UUID.
 */
export type Step =
  | {
      kind: 'mkfs';
      device: string;
      fsType: 'ext4' | 'xfs';
      /** UUIDv5, see identity.ts; the only proof later that the filesystem is ours. */
      uuid: string;
      /** Bytes per md chunk and data members, for stride and su/sw; absent on plain drives. */
      stripe?: { chunkBytes: number; dataMembers: number };
    }
  | {
      kind: 'md-create';
      /** Array name as under /dev/md/. */
      name: string;
      uuid: string;
      level: 0 | 10;
      chunkBytes: number;
      devices: string[];
    }
  | { kind: 'md-assemble'; name: string; uuid: string; devices: string[] }
  | { kind: 'pv-create'; devices: string[] }
  | { kind: 'vg-create'; vgName: string; tag: string; devices: string[] }
  | { kind: 'vg-activate'; vgName: string }
  | {
      kind: 'lv-create';
      vgName: string;
      lvName: string;
      tag: string;
      /** Share of the VG's free extents, in percent of the whole VG. */
      percent: number;
      stripes: number;
    }
  | { kind: 'mount'; device: string; fsType: 'ext4' | 'xfs'; uuid: string; path: string; options: string[] }
  | { kind: 'make-data-directory'; mountPath: string; uuid: string };
