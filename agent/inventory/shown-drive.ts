import type { Drive } from '../../api/drive.ts';
import type { InventoryDrive } from './inventory.ts';
import { present } from './present.ts';

/** A drive as `status.drives` and plans show it, without what only planning needs. */
export function shownDrive(drive: InventoryDrive): Drive {
  const { path, size, role, state, byId, model, serial, sectorSize, numaNode, pciAddress, firmware } = drive;
  const { health, reason } = drive;
  return {
    path,
    ...present({ byId, model, serial }),
    size,
    ...present({ sectorSize, numaNode, pciAddress, firmware }),
    role,
    state,
    ...present({ health, reason }),
  };
}
