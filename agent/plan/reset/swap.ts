import type { Inventory, InventoryDrive, SwapArea } from '../../inventory/inventory.ts';
import { driveAt } from '../eligible.ts';
import { swapMappingOf, swapUuidBehind } from '../identity.ts';
import type { Step } from '../step.ts';
import type { Holding } from './holding.ts';

/** Swap of ours: it is switched off, and its encryption taken away, before the drive is cleared. */
export function swapHoldings(inventory: Inventory): Holding[] {
  return inventory.swapAreas
    .filter(({ ours }) => ours)
    .flatMap((area): Holding[] => {
      const drive = driveAt(inventory, area.drive);
      return drive === undefined ? [] : [{ drives: [drive], letGo: letGoOfSwap(drive, area), begins: [] }];
    });
}

function letGoOfSwap({ path, device }: InventoryDrive, area: SwapArea): Step[] {
  const { uuid = '', encrypted, open, active } = area;
  const mapping = swapMappingOf(uuid);
  const target = encrypted
    ? { device: `/dev/mapper/${mapping}`, uuid: swapUuidBehind(uuid) }
    : { device, uuid };
  const off: Step = { kind: 'swapoff', name: `switch swap on ${path} off`, ...target };
  const name = `take the encryption of ${path} away`;
  const close: Step = { kind: 'crypt-close', name, device, mapping };
  return [...(active ? [off] : []), ...(encrypted && open ? [close] : [])];
}

/**
 * The kubelet's configuration goes back to what it was, once no swap is left that it would not start with. What
 * Bottlerocket's API was told stays: what it said before is not known.
 */
export function restoreKubelet({ kubeletChange, otherSwap }: Inventory): Step[] {
  if (kubeletChange === undefined || kubeletChange.state === 'TakenBack') return [];
  if (kubeletChange.how === 'bottlerocket' || otherSwap) return [];
  const name = 'put the kubelet’s old configuration back, and restart it';
  return [{ kind: 'restore-kubelet', name, unit: kubeletChange.unit }];
}
