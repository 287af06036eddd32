import type { Snapshot } from '../../api/snapshot.ts';
import { mdArrays } from './arrays.ts';
import { isHiddenPath, possibleIdentities, stableName } from './by-id.ts';
import { contradiction } from './contradiction.ts';
import { column, withDescendants, type BlockDevice } from './device-table.ts';
import { inventoryDrive, isDrive, traitsOf } from './drives.ts';
import { factsOf, type Facts } from './facts.ts';
import { recordOfMachine } from './handed.ts';
import type { ClassifyContext, Inventory, InventoryDrive } from './inventory.ts';
import { kubeletUnread } from './kubelet.ts';
import { ownSwap } from './own.ts';
import { readSnapshot } from './parse-snapshot.ts';
import { pciDrives } from './pci-drives.ts';
import { present } from './present.ts';
import { decideProvider } from './providers/auto.ts';
import { mayBeLocal } from './providers/role.ts';
import { standDown } from './stand-down.ts';
import { unreadMembership } from './unread.ts';
import { hasOtherSwap, swapAreas } from './swap-areas.ts';
import { rootDevices } from './use.ts';
import { volumeGroups } from './volume-groups.ts';

/**
 * Role, state and reason of every drive, with the arrays and groups on them. Throws SnapshotError for a damaged
 * snapshot and QuantityError for a `minSize` that is none.
 */
export function takeInventory(snapshot: Snapshot, context: ClassifyContext): Inventory {
  const facts = factsOf(readSnapshot(snapshot));
  const { machineID = '', bootID = '', errors = {}, files = {}, begun = [] } = facts.snapshot;
  const { pci = [], hugepages = [] } = facts.snapshot;
  const spdk = recordOfMachine(facts.snapshot);
  const devices = [...facts.devices.values()].filter(isDrive);
  const names = new Map(devices.map((device) => [device.kname, stableName(facts, device).identity]));
  const stacks = { ...context, machineID, identityOf: (kname: string) => names.get(kname) };
  const arrays = mdArrays(facts, stacks);
  const groups = volumeGroups(facts, stacks);
  const { provider: cloud, fact } = providerOf(facts, context);
  const roots = rootDevices(facts);
  const drives = devices.map((device) =>
    inventoryDrive(facts, device, { ...context, cloud, machineID, roots, arrays, groups, spdk }),
  );
  const owner = (device: BlockDevice) => ({
    machineID,
    identities: possibleIdentities(facts, device),
    allVolumes: context.volumes,
  });
  const areas = swapAreas(facts, drives, (device, signature) => ownSwap(signature, owner(device)));
  return {
    provider: cloud,
    providerFact: fact,
    ...present({ standDown: platformOwner(facts, drives, arrays, context) }),
    machineID,
    bootID,
    drives: [...keepApart(drives), ...pciDrives(facts.snapshot, spdk)],
    arrays,
    volumeGroups: groups,
    swapAreas: areas,
    otherSwap: hasOtherSwap(facts, areas),
    ...present({
      sysctls: facts.snapshot.sysctls,
      kubelet: facts.snapshot.kubelet,
      kubeletChange: facts.snapshot.kubeletChange,
      kubeletUnread: kubeletUnread(facts.snapshot, context.strict),
    }),
    errors,
    files,
    volumes: context.volumes,
    begun,
    pci,
    hugepages,
    spdk,
    ...present({ groupsUnread: unreadMembership(facts, ['pvs', 'vgs', 'lvs'], context.strict) }),
  };
}

function providerOf(facts: Facts, { provider, providerID }: ClassifyContext) {
  const models = [...facts.devices.values()].map((device) => column(device, 'model') ?? '');
  return decideProvider(provider, {
    dmi: facts.snapshot.dmi ?? {},
    models,
    links: [...facts.links.values()].flat(),
    ...(providerID === undefined ? {} : { providerID }),
  });
}

/**
 * Whether a drive may be a local one whatever role it was given: it is told in two ways, or only a link, which may be cut off
 * or stale, calls it remote. A platform that says there that the drives are its own is believed.
 */
const mayHideLocal = (facts: Facts, device: BlockDevice): boolean =>
  contradiction(device) !== undefined || mayBeLocal({ ...traitsOf(facts, device), links: [] });

function platformOwner(
  facts: Facts,
  drives: readonly InventoryDrive[],
  arrays: Inventory['arrays'],
  { nodeLabels = {} }: ClassifyContext,
): string | undefined {
  const local = new Set(drives.filter(({ role }) => role === 'Local').map(({ path }) => path));
  const roots = rootDevices(facts);
  const stacks = [...facts.devices.values()]
    .filter((device) => isDrive(device) && !roots.has(device.kname))
    .filter((device) => local.has(device.path) || mayHideLocal(facts, device))
    .flatMap((device) => withDescendants(facts.devices, device));
  return standDown(facts, stacks, arrays, nodeLabels);
}

const nameOf = ({ path }: InventoryDrive): string => path.slice(path.lastIndexOf('/') + 1);

/** Two drives of one identity would get the same UUIDs: neither can be set up, nor be called ours. */
function keepApart(drives: readonly InventoryDrive[]): InventoryDrive[] {
  return drives.map((drive) => {
    const twin = drives.find(
      (other) => other !== drive && other.identity === drive.identity && !isHiddenPath(nameOf(other)),
    );
    if (!twin || !['Free', 'Ours', 'Bound'].includes(drive.state)) return drive;
    const reason = `cannot be told apart from ${twin.path}: same model, serial and namespace`;
    return { ...drive, state: 'Unknown', selected: false, halfMade: false, reason };
  });
}
