import type { Inventory, MdArray } from '../../inventory/inventory.ts';
import { driveAt } from '../eligible.ts';
import { filesystemUuidOn } from '../identity.ts';
import type { Step } from '../step.ts';
import type { Holding } from './holding.ts';
import { letGoOfContent, type LetGo } from './let-go.ts';

/** Arrays of ours, incomplete ones among them: a reset is the way out for those. */
export function arrayHoldings(inventory: Inventory): Holding[] {
  return inventory.arrays.filter(({ ours }) => ours).map((array) => holdingOf(inventory, array));
}

function holdingOf(inventory: Inventory, array: MdArray): Holding {
  const { members, uuid, path } = array;
  const drives = members.map((member) => driveAt(inventory, member)).filter((drive) => drive !== undefined);
  const { steps, obstacle } = contentOf(array);
  const stop: Step[] =
    path === undefined ? [] : [{ kind: 'md-stop', name: `stop the array ${path}`, device: path, uuid }];
  return {
    drives,
    letGo: [...steps, ...stop],
    begins: [uuid],
    ...(obstacle === undefined ? {} : { obstacle }),
  };
}

/** What is on a complete array must have been seen; nobody can read what is on an array that lacks drives. */
function contentOf({ uuid, name, halfMade, active, content, members, raidDevices }: MdArray): LetGo {
  if (halfMade || members.length < raidDevices) {
    return content === undefined
      ? { steps: [] }
      : letGoOfContent(content, content.path, filesystemUuidOn(uuid));
  }
  if (!active || content === undefined) {
    return { steps: [], obstacle: `array ${name} is not assembled, so that nobody knows what is on it` };
  }
  return letGoOfContent(content, content.path, filesystemUuidOn(uuid));
}
