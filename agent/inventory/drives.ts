import type { Drive, ReportedHealth } from '../../api/drive.ts';
import type { DriveHealth, NvmeIdentity, SpdkRecord } from '../../api/snapshot.ts';
import { isHiddenPath, namespaceId, possibleIdentities, stableName } from './by-id.ts';
import { contradiction } from './contradiction.ts';
import { provenBlank } from './content.ts';
import { column, sizeOf, withDescendants, type BlockDevice } from './device-table.ts';
import { aliasesOf, type Facts } from './facts.ts';
import { fingerprintOf, imprintOf } from './fingerprint.ts';
import { handedImprint, handedWith } from './handed.ts';
import type { ClassifyContext, CloudProvider, InventoryDrive, MdArray, VolumeGroup } from './inventory.ts';
import { present } from './present.ts';
import { providerRole } from './providers/role.ts';
import type { DriveTraits, RoleDecision } from './providers/rules.ts';
import { leftOut } from './selection.ts';
import { blkidOf, contentPairs, signatureOf } from './signature.ts';
import { stateOf, type Verdict } from './state.ts';
import { hasUniqueNumber } from './unique-number.ts';
import { hostMountPaths, mountPointsOf } from './use.ts';
import { handsOut, namedBy } from './volumes.ts';
import { driveFilesystemUuid, filesystemUuidOn } from '../plan/identity.ts';
import { memberOf } from './arrays.ts';

export interface DriveContext extends ClassifyContext {
  cloud: CloudProvider;
  machineID: string;
  roots: ReadonlySet<string>;
  arrays: readonly MdArray[];
  groups: readonly VolumeGroup[];
  spdk: SpdkRecord;
}

/** Whether a block device is a drive of the machine, not something made of drives or of memory. */
export function isDrive({ kname, type }: BlockDevice): boolean {
  return type === 'disk' && !/^(?:zram|ram|loop|fd|sr|md|dm-|nbd)/.test(kname);
}

/** One drive with its role, its state and the reason, and what planning needs of it. */
export function inventoryDrive(facts: Facts, device: BlockDevice, context: DriveContext): InventoryDrive {
  const decision = roleOf(facts, device, context);
  const volumes = namingVolumes(facts, device, context);
  const { identity, byId } = stableName(facts, device);
  const identities = possibleIdentities(facts, device);
  const handed = handedWith(context.spdk, identity);
  const seen = { volumes, allVolumes: context.volumes, identities, handed: handed?.state };
  const verdict = stateOf(facts, device, { ...context, ...seen });
  const described = description(facts, device);
  const omitted =
    decision.role === 'Local'
      ? omission(facts, device, { ...decision, ...present({ pciAddress: described.pciAddress }) }, context)
      : undefined;
  const reason = reasonFor(decision, verdict, omitted?.reason);
  const signature = signatureOf(facts, device);
  // A drive that we would not touch anyway is not probed completely: nobody may read "free" there.
  const state = decision.role !== 'Local' && verdict.state === 'Free' ? 'Unknown' : verdict.state;
  const drive: Drive = {
    path: device.path,
    ...present({ byId }),
    ...described,
    role: decision.role,
    state,
    ...present({ reason }),
  };
  return {
    ...drive,
    identity,
    device: byId ?? device.path,
    selected: decision.role === 'Local' && omitted === undefined,
    excluded: omitted?.asked === true,
    halfMade: decision.role === 'Local' && verdict.halfMade === true,
    ...present({ signature, handed }),
    mountPoints: hostMountPaths(facts, device),
    volumes: volumes.map(({ name }) => name),
    adrift: isAdrift(facts, device),
    raw: volumes.some((volume) => handsOut(volume, identities)),
    blank: provenBlank(facts, device, context.strict),
    unique: hasUniqueNumber(facts, device, context.cloud),
    fingerprint: fingerprintOf(facts, device, { ...drive, identity }),
    imprint: handed ? handedImprint(identity) : imprintOf(facts, device, identity),
    ...present({ entries: facts.snapshot.entries?.[device.path] }),
    content: Object.fromEntries(contentPairs(blkidOf(facts, device))),
  };
}

function roleOf(facts: Facts, device: BlockDevice, context: DriveContext): RoleDecision {
  if (context.roots.has(device.kname)) return { role: 'Root', reason: 'root disk' };
  if (isHiddenPath(device.kname)) return { role: 'Other', reason: 'one path of a multipath namespace' };
  return providerRole(context.cloud, traitsOf(facts, device));
}

/** What the provider's rules look at. */
export function traitsOf(facts: Facts, device: BlockDevice): DriveTraits {
  const { transport = '', address = '' }: NvmeIdentity = facts.snapshot.nvme?.[device.path] ?? {};
  const labels = withDescendants(facts.devices, device).map((part) => column(part, 'label'));
  return {
    kname: device.kname,
    model: column(device, 'model') ?? '',
    vendor: column(device, 'vendor') ?? '',
    serial: column(device, 'serial') ?? '',
    links: facts.links.get(device.kname) ?? [],
    labels: labels.filter((label) => label !== undefined),
    nsid: namespaceId(facts, device),
    nvme: /^nvme\d+n\d+$/.test(device.kname),
    transport,
    loopback: transport === 'loop' || /traddr=(?:127\.|::1(?:,|$))/.test(address),
    hctl: column(device, 'hctl') ?? '',
  };
}

function namingVolumes(facts: Facts, device: BlockDevice, { volumes, machineID }: DriveContext) {
  const stack = withDescendants(facts.devices, device);
  const array = memberOf(facts, device);
  const identities = possibleIdentities(facts, device);
  const own = identities.map((identity) => driveFilesystemUuid(machineID, identity));
  const found = stack.map((part) => signatureOf(facts, part)?.uuid).filter((uuid) => uuid !== undefined);
  return namedBy(volumes, {
    aliases: new Set(stack.flatMap((part) => [...aliasesOf(facts, part)])),
    mountPoints: stack.flatMap((part) => mountPointsOf(facts, part).map(({ path }) => path)),
    uuids: [...own, ...found, ...(array === undefined ? [] : [filesystemUuidOn(array)])],
    identities,
  });
}

function omission(
  facts: Facts,
  device: BlockDevice,
  { onRequest, pciAddress = '' }: RoleDecision & { pciAddress?: string },
  context: DriveContext,
) {
  const names = [...aliasesOf(facts, device), device.kname, column(device, 'model') ?? '', pciAddress];
  const links = facts.links.get(device.kname) ?? [];
  return leftOut(context.drives, {
    names: [...names, ...links],
    size: sizeOf(device),
    onRequest: onRequest === true,
  });
}

/** A local drive is explained by its state, any other by what it is and by what is known of its use. */
function reasonFor({ role, reason }: RoleDecision, verdict: Verdict, omitted: string | undefined) {
  if (role === 'Local') return verdict.reason ?? (verdict.state === 'Free' ? omitted : undefined);
  const known = verdict.state === 'Unknown' ? undefined : verdict.reason;
  return known === undefined ? reason : `${reason}; ${known}`;
}

function description(facts: Facts, device: BlockDevice) {
  const { address, transport, numaNode, firmware, smart } = facts.snapshot.nvme?.[device.path] ?? {};
  const pciAddress = transport === 'pcie' ? address : undefined;
  const sectorSize = Number(device.rows[0]?.['log-sec']) || undefined;
  return {
    size: sizeOf(device) ?? 0,
    ...present({
      model: column(device, 'model'),
      serial: column(device, 'serial'),
      firmware: column(device, 'rev') ?? firmware,
      sectorSize,
      numaNode: knownNode(
        numaNode ?? facts.snapshot.pci?.find((pci) => pci.address === pciAddress)?.numaNode,
      ),
      pciAddress,
      health: smart && lastingHealth(smart),
    }),
  };
}

/** Whether nobody knows which controller a namespace hangs on, so that it may be any. */
function isAdrift(facts: Facts, device: BlockDevice): boolean {
  const namespace = /^nvme\d+n\d+$/.test(device.kname);
  const { transport = '' } = facts.snapshot.nvme?.[device.path] ?? {};
  return namespace && (transport === '' || contradiction(device) !== undefined);
}

/** The kernel says -1 on machines without NUMA. */
const knownNode = (node: number | undefined) => (node === undefined || node < 0 ? undefined : node);

/** What goes into reports. */
function lastingHealth({ temperature: _, ...health }: DriveHealth): ReportedHealth {
  return health;
}
