import { STARTUP_TAINT_KEY } from './keys.ts';
import type { Layout, LayoutType } from './layout.ts';
import type { NVMeNodeSpec } from './node.ts';
import type { NVMeProfileSpec, NVMeProfileSpecInput, PartialDeep, VolumePolicy } from './profile.ts';

/** Volume group name of Materialize's tool: CSI drivers and charts out there expect it. */
export const DEFAULT_VG_NAME = 'instance-store-vg';

const DEFAULTS: NVMeProfileSpec = {
  nodeSelector: {},
  priority: 0,
  setup: 'Automatic',
  provider: 'auto',
  drives: { include: [], exclude: [], minSize: '1Gi', minCount: 0 },
  existingData: 'Refuse',
  layout: { type: 'Filesystem' },
  volumes: { storageClassName: 'nvme-ssd', reclaimPolicy: 'Delete', clean: 'Delete' },
  taintExisting: false,
  taints: [{ key: STARTUP_TAINT_KEY, effect: 'NoSchedule' }],
  cleanup: { orphans: 'Delete', boundGracePeriod: '5m', protect: 'None' },
};

/** A profile's spec with every absent field filled in; arrays are taken whole. */
export function withDefaults(input: NVMeProfileSpecInput = {}): NVMeProfileSpec {
  const layout = layoutWithDefaults(input.layout);
  const clean = cleaning(layout.type, input.volumes?.clean);
  return {
    nodeSelector: input.nodeSelector ?? DEFAULTS.nodeSelector,
    priority: input.priority ?? DEFAULTS.priority,
    setup: input.setup ?? DEFAULTS.setup,
    provider: input.provider ?? DEFAULTS.provider,
    drives: { ...DEFAULTS.drives, ...input.drives },
    existingData: input.existingData ?? DEFAULTS.existingData,
    layout,
    volumes: { ...DEFAULTS.volumes, ...input.volumes, clean },
    taintExisting: input.taintExisting ?? DEFAULTS.taintExisting,
    taints: input.taints ?? DEFAULTS.taints,
    cleanup: { ...DEFAULTS.cleanup, ...input.cleanup },
  };
}

/**
 * A raw device has no files to delete: its volumes are discarded or zeroed, also where a node's own layout is laid over
 * a profile that says otherwise.
 */
function cleaning(type: LayoutType, wanted: VolumePolicy['clean'] | undefined): VolumePolicy['clean'] {
  if (type !== 'Block') return wanted ?? DEFAULTS.volumes.clean;
  return wanted === 'Zero' ? 'Zero' : 'Discard';
}

/** What rules a node: its profile's spec with the node's own overrides laid over it. */
export function effectiveSpec(
  profile: NVMeProfileSpecInput | undefined,
  overrides: NVMeNodeSpec['overrides'],
): NVMeProfileSpec {
  const layout = overrides?.layout ?? profile?.layout;
  return withDefaults({
    ...profile,
    ...overrides,
    drives: { ...profile?.drives, ...overrides?.drives },
    volumes: { ...profile?.volumes, ...overrides?.volumes },
    ...(layout === undefined ? {} : { layout }),
  });
}

/** A layout with its own type's block filled in, and no other block. */
export function layoutWithDefaults(input: PartialDeep<Layout> = {}): Layout {
  const type: LayoutType = input.type ?? DEFAULTS.layout.type;
  const filesystem = { type: 'ext4' as const, mountOptions: ['noatime'], ...input.filesystem };
  switch (type) {
    case 'Filesystem':
      return { type, filesystem };
    case 'RAID':
      return { type, filesystem, raid: { level: 0, chunk: '512Ki', perNUMANode: false, ...input.raid } };
    case 'LVM':
      return { type, filesystem, lvm: { vgName: DEFAULT_VG_NAME, slices: 0, ...input.lvm } };
    case 'Swap':
      return { type, swap: { encrypt: false, sysctls: {}, configureKubelet: true, ...input.swap } };
    case 'Block':
      return { type };
    case 'SPDK':
      return {
        type,
        spdk: {
          driver: input.spdk?.driver ?? 'auto',
          hugepages: { size: '2Mi', perNUMANode: 0, ...input.spdk?.hugepages },
          restartKubelet: input.spdk?.restartKubelet ?? false,
        },
      };
  }
}
