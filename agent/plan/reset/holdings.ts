import type { Inventory, InventoryDrive } from '../../inventory/inventory.ts';
import { covers, type Order } from '../../order/order.ts';
import { arrayHoldings } from './array.ts';
import { groupHoldings } from './group.ts';
import { handedHoldings } from './handed.ts';
import type { Holding } from './holding.ts';
import { letGoOf } from './let-go.ts';
import { swapHoldings } from './swap.ts';

/** Everything on the drives that a UUID proves to be ours. */
export function holdings(inventory: Inventory, order?: Order): Holding[] {
  const spanning = [
    ...arrayHoldings(inventory),
    ...groupHoldings(inventory),
    ...handedHoldings(inventory),
    ...swapHoldings(inventory),
  ];
  const spanned = new Set(spanning.flatMap(({ drives }) => drives));
  // A drive that was handed out raw is ours by its PersistentVolume alone, which is gone by now: the order has it.
  const isGivenUp = (drive: InventoryDrive): boolean =>
    drive.role === 'Local' && drive.state === 'Foreign' && order !== undefined && covers(order, drive);
  const single = inventory.drives.filter(
    (drive) => (isOurs(drive) || isGivenUp(drive)) && !spanned.has(drive),
  );
  return [...spanning.map(judged), ...single.map(driveHolding)];
}

const isOurs = ({ role, state }: InventoryDrive): boolean =>
  role === 'Local' && (state === 'Ours' || state === 'Bound');

function driveHolding(drive: InventoryDrive): Holding {
  const { path, device, mountPoints, signature } = drive;
  const { steps, obstacle } = letGoOf({ shown: path, device, mountPoints, uuid: signature?.uuid });
  return { drives: [drive], letGo: steps, begins: [], ...(obstacle === undefined ? {} : { obstacle }) };
}

/** A drive that could not be read, or that is somebody else's in part, keeps the whole from being touched. */
function judged(holding: Holding): Holding {
  const odd = holding.drives.find((drive) => !isOurs(drive));
  if (odd === undefined || holding.obstacle !== undefined) return holding;
  return {
    ...holding,
    obstacle: `${odd.path} is ${odd.state}${odd.reason === undefined ? '' : `: ${odd.reason}`}`,
  };
}
