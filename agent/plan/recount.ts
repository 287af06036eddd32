import { parseBytes } from '../../api/quantity.ts';
import type { NVMeProfileSpec } from '../../api/profile.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { wantsNothing } from './eligible.ts';
import { bytesAfter } from './hugepages.ts';
import type { HugepagesStep, RecountStep } from './spdk-step.ts';
import type { Step } from './step.ts';

/**
 * Has the kubelet count hugepages anew, where the layout allows its restart: once for each number of them, because what it
 * has counted is in its next report only. `capacity` is that of the Node; without one nothing is known.
 */
export function planRecount(
  inventory: Pick<Inventory, 'hugepages' | 'spdk' | 'bootID'>,
  spec: Pick<NVMeProfileSpec, 'layout' | 'drives'>,
  steps: readonly Step[],
  capacity: Readonly<Record<string, string>> | undefined,
): RecountStep[] {
  const { spdk } = spec.layout;
  if (spdk?.restartKubelet !== true || spdk.hugepages.perNUMANode === 0) return [];
  if (capacity === undefined || wantsNothing(spec)) return [];
  const { size } = spdk.hugepages;
  const pages = steps.filter((step): step is HugepagesStep => step.kind === 'hugepages');
  const bytes = bytesAfter(inventory, pages, size);
  const { kubelet } = inventory.spdk;
  const restarted = kubelet?.bootID === inventory.bootID && kubelet.bytes === bytes;
  if (restarted || parseBytes(capacity[`hugepages-${size}`] ?? '0') === bytes) return [];
  const name = `restart the kubelet, so that it counts ${bytes / parseBytes(size)} hugepages of ${size}`;
  return [{ kind: 'recount-hugepages', name, bytes, bootID: inventory.bootID }];
}
