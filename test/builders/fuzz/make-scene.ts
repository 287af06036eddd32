import type { NVMeProfileSpecInput } from '../../../api/profile.ts';
import type { KubeletFacts, Snapshot } from '../../../api/snapshot.ts';
import type { Consent } from '../../../agent/plan/existing-data.ts';
import type { KnownVolume } from '../../../agent/plan/known-volume.ts';
import { DRIVE_KINDS, type DriveLabel, type Surroundings } from '../drive-kinds.ts';
import { machine } from '../machine.ts';
import type { Cloud, NamedDrive } from './clouds.ts';

/** A machine with what a person would say of each of its drives, told as the drive is made. */
export interface Scene {
  cloud: Cloud['provider'];
  snapshot: Snapshot;
  volumes: KnownVolume[];
  /** By kernel name; the root disk is unsafe. */
  labels: Record<string, DriveLabel>;
  /** Kernel name by every name under /dev/disk/by-id, as udev has made them. */
  links: Record<string, string>;
  /** Kernel names behind each PCI address. */
  controllers: Record<string, string[]>;
  nodeLabels: Record<string, string>;
  providerID?: string;
  spec: NVMeProfileSpecInput;
  consent: Consent;
  strict: boolean;
}

/** How one drive is chosen: by its kind, or as one of the cloud's other drives. */
export interface Choice {
  kind: string;
  foreign?: number | undefined;
}

/** A way for a platform to say that the local drives are its own. */
export type Owner = 'none' | 'nodeadm' | 'label' | 'node label';

/** Everything that a scene is made of. */
export interface SceneParts {
  cloud: Cloud;
  choices: readonly Choice[];
  owner?: Owner;
  spec?: NVMeProfileSpecInput;
  consent?: 'none' | 'new node' | 'stale order';
  kubelet?: KubeletFacts | undefined;
  iommu?: 'none' | 'own groups' | 'one group';
  strict?: boolean;
}

/** The machine, with its labels. */
export function makeScene(parts: SceneParts): Scene {
  const {
    cloud,
    choices,
    owner = 'none',
    spec = {},
    consent = 'none',
    iommu = 'none',
    strict = true,
  } = parts;
  const drives = choices.map((choice, index) => driveOf(cloud, choice, index + 1));
  const owned = surroundingsOf(cloud, owner, drives);
  const more = [...drives.map(({ around }) => around), owned.around];
  const { kubelet } = parts;
  const snapshot = together(cloud, drives, more, {
    pci: pciOf(drives, iommu),
    ...(kubelet ? { kubelet } : {}),
  });
  const links = Object.fromEntries(
    Object.entries(snapshot.byId ?? {}).map(([name, path]) => [name, path.slice('/dev/'.length)]),
  );
  const label = (drive: Made) => ownedLabel(owner, selected(spec, drive));
  const behind = Map.groupBy(drives, ({ drive }) => drive.address ?? '');
  return {
    cloud: cloud.provider,
    snapshot,
    volumes: more.flatMap(({ volumes = [] }) => volumes),
    labels: {
      [cloud.root.name ?? 'nvme0n1']: 'unsafe',
      ...Object.fromEntries(drives.map((drive) => [drive.drive.name, label(drive)])),
    },
    links,
    controllers: Object.fromEntries(
      [...behind].map(([address, own]) => [address, own.map(({ drive }) => drive.name)]),
    ),
    nodeLabels: owned.nodeLabels,
    ...(cloud.providerID === undefined ? {} : { providerID: cloud.providerID }),
    // `generic` stands for the cloud's own name, said outright.
    spec: { ...spec, provider: spec.provider === 'generic' ? cloud.provider : 'auto' },
    consent: consentOf(consent, links),
    strict,
  };
}

interface Made {
  drive: NamedDrive;
  label: DriveLabel;
  around: Surroundings;
}

function driveOf(cloud: Cloud, { kind, foreign }: Choice, place: number): Made {
  const others = Object.values(cloud.foreign);
  const other = foreign === undefined ? undefined : others[foreign % others.length];
  if (other) return { drive: other(place), label: 'unsafe', around: {} };
  const base = cloud.local(place);
  const { label, drive, more } = DRIVE_KINDS[kind] ?? { label: 'safe', drive: {} };
  const children = drive.children?.map((child) =>
    child.name === 'nvmeXp1' ? named(child, `${base.name}p1`) : child,
  );
  return {
    drive: { ...base, ...drive, ...(children ? { children } : {}), row: { ...base.row, ...drive.row } },
    label,
    around: more?.(`/dev/${base.name}`) ?? {},
  };
}

const named = <T extends { name: string }>(row: T, name: string): T => ({
  ...row,
  name,
  kname: name,
  path: `/dev/${name}`,
});

/** The profile may leave a drive out by its size or its path. */
function selected({ drives = {} }: NVMeProfileSpecInput, { drive, label }: Made): DriveLabel {
  const small = drives.minSize === '500Gi' && (drive.size ?? Infinity) < 500 * 2 ** 30;
  const excluded = drives.exclude?.some((path) => path === `/dev/${drive.name}`) === true;
  const omitted = drives.include !== undefined && !drives.include.includes(`/dev/${drive.name}`);
  return (small || excluded || omitted) && label !== 'published' ? 'unsafe' : label;
}

/** Where the platform owns the drives, only what is ours already is kept. */
const ownedLabel = (owner: Owner, label: DriveLabel): DriveLabel =>
  owner === 'none' || label === 'published' ? label : 'unsafe';

function surroundingsOf(
  cloud: Cloud,
  owner: Owner,
  drives: Made[],
): { around: Surroundings; nodeLabels: Record<string, string> } {
  const none = { around: {}, nodeLabels: {} };
  if (owner === 'none') return none;
  if (owner === 'node label') {
    return { ...none, nodeLabels: { 'cloud.google.com/gke-ephemeral-storage-local-ssd': 'true' } };
  }
  // One more local drive, which the platform's own software has set up.
  const drive = cloud.local(drives.length + 1);
  const label = cloud.provider === 'azure' ? 'AzureEphmDsk' : 'ephemeral';
  const blkid = { TYPE: 'ext4', ...(owner === 'label' ? { LABEL: label } : {}) };
  drives.push({ drive: { ...drive, blkid, row: { ...drive.row, label } }, label: 'unsafe', around: {} });
  const mounts = { [`/dev/${drive.name}`]: owner === 'nodeadm' ? '/mnt/k8s-disks/0' : '/local' };
  return { ...none, around: { mounts } };
}

function pciOf(drives: readonly Made[], iommu: string): NonNullable<Snapshot['pci']> {
  const addresses = [
    ...new Set(drives.map(({ drive }) => drive.address).filter((text) => text !== undefined)),
  ];
  const held = addresses.map((address, index) => ({
    address,
    class: '0x010802',
    driver: 'nvme',
    numaNode: index % 2,
    iommuGroup: iommu === 'none' ? null : iommu === 'one group' ? '7' : String(index),
  }));
  // A controller that somebody's own SPDK has.
  const taken = { address: '0000:fe:00.0', class: '0x010802', driver: 'vfio-pci', iommuGroup: '99' };
  return [...held, taken];
}

function together(
  { root, dmi }: Cloud,
  drives: readonly Made[],
  more: readonly Surroundings[],
  rest: Partial<Snapshot>,
): Snapshot {
  const merged = <T>(pick: (part: Partial<Snapshot>) => Record<string, T> | undefined): Record<string, T> =>
    Object.assign({}, ...more.map(({ snapshot = {} }) => pick(snapshot) ?? {})) as Record<string, T>;
  const made = machine({
    root,
    drives: Object.fromEntries(drives.map(({ drive: { name, ...drive } }) => [name, drive])),
    mounts: Object.assign({}, ...more.map(({ mounts = {} }) => mounts)) as Record<string, string>,
    swaps: more.flatMap(({ swaps = [] }) => swaps),
    snapshot: {
      dmi,
      errors: merged(({ errors }) => errors),
      entries: merged(({ entries }) => entries),
      pvs: more.flatMap(({ snapshot }) => snapshot?.pvs ?? []),
      vgs: more.flatMap(({ snapshot }) => snapshot?.vgs ?? []),
      files: { '/lib/modules/6/kernel/drivers/uio/uio_pci_generic.ko': true },
      hugepages: [{ numaNode: 0, size: '2Mi', total: 10, free: 4 }],
      sysctls: { swappiness: '60' },
      ...rest,
    },
  });
  return {
    ...made,
    byId: { ...made.byId, ...merged(({ byId }) => byId) },
    mdstat: [made.mdstat ?? '', ...more.map(({ snapshot }) => snapshot?.mdstat ?? '')].join(''),
  };
}

/** An order for what was on the drives some other day: their imprints are others by now. */
function consentOf(kind: string, links: Readonly<Record<string, string>>): Consent {
  if (kind === 'none') return {};
  if (kind === 'new node') return { newNode: true };
  const namespaces = Object.keys(links).flatMap((name) => [1, 2, 3, 4, 5].map((nsid) => `${name}#${nsid}`));
  const drives = Object.fromEntries(namespaces.map((identity) => [identity, 'of-another-day']));
  return { order: { requestID: 'r', drives, volumes: [] }, newNode: false };
}
