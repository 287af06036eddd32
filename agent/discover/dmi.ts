import type { Host } from '../host/host.ts';
import { orAbsent } from './reads.ts';

const FIELDS = ['sys_vendor', 'product_name', 'bios_vendor', 'chassis_asset_tag', 'board_vendor'];

/** Firmware strings that tell the cloud; empty on machines without DMI. */
export async function readDmi(host: Host): Promise<Record<string, string>> {
  const values: Record<string, string> = {};
  await Promise.all(
    FIELDS.map(async (field) => {
      const value = await orAbsent(host.readFile(`/sys/class/dmi/id/${field}`), '');
      if (value.trim() !== '') values[field] = value.trim();
    }),
  );
  return values;
}
