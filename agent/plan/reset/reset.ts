import type { Plan, Refusal } from '../../../api/plan.ts';
import type { Layout } from '../../../api/layout.ts';
import { shownDrive } from '../../inventory/shown-drive.ts';
import type { Inventory, InventoryDrive } from '../../inventory/inventory.ts';
import type { Order } from '../../order/order.ts';
import { commandOf } from '../command.ts';
import { clearedUuid } from '../identity.ts';
import type { KnownVolume } from '../known-volume.ts';
import { resetPlanId } from '../plan-id.ts';
import type { Step } from '../step.ts';
import { inOrder } from '../step-order.ts';
import type { Holding } from './holding.ts';
import { holdings } from './holdings.ts';
import { returnRest } from './handed.ts';
import { restoreKubelet } from './swap.ts';
import { volumeObstacle, volumesOn } from './volumes.ts';

/** What a reset would do, as shown and as carried out. */
export interface PlannedReset {
  plan: Plan;
  /** Steps on the drives, once no PersistentVolume names them any more. */
  steps: Step[];
  /** Drives that end raw. */
  drives: InventoryDrive[];
  /**
   * UUIDs of what spans drives. An array that lacks a drive is proved ours by its PersistentVolume alone: before that goes,
   * they are put on record as half-made.
   */
  begins: string[];
  /** Names of the PersistentVolumes of ours that are deleted first. */
  volumes: string[];
  /** Something of ours is in use or named: nothing may be done at all. The plan's refusals say by whom. */
  blocked: boolean;
}

export interface ResetRequest {
  /** UID of the Node; part of the plan ID. */
  nodeUID: string;
  /** The wanted layout, which the plan only shows. */
  layout: Layout;
  /** The order that is being carried out. */
  order?: Order;
}

/**
 * How the drives of this node become raw again: only what a UUID proves to be ours, and all of it or nothing. Empty steps
 * without refusals of ours mean that nothing of ours is there.
 */
export function planReset(inventory: Inventory, { nodeUID, layout, order }: ResetRequest): PlannedReset {
  const found = inventory.standDown === undefined ? holdings(inventory, order) : [];
  const obstacles = found.flatMap((holding) => obstaclesOf(inventory, holding));
  const blocked = obstacles.length > 0;
  const free = blocked ? [] : found;
  const drives = free.flatMap((holding) => holding.drives);
  const volumes = volumesOn(inventory.volumes, drives);
  const none = blocked || inventory.standDown !== undefined;
  const rest = none ? [] : [...returnRest(inventory), ...restoreKubelet(inventory)];
  const steps = inOrder([...rest, ...free.flatMap((holding) => stepsFor(inventory, holding))]);
  const ours = new Set(found.flatMap((holding) => holding.drives));
  const plan: Plan = {
    id: resetPlanId(inventory, nodeUID),
    for: 'reset',
    layout,
    provider: inventory.provider,
    drives: inventory.drives.map(shownDrive),
    candidates: drives.map(({ path }) => path).sort(),
    steps: steps.length === 0 ? [] : [...shownBefore(volumes), ...steps.map(shownStep)],
    refusals: [...obstacles, ...othersLeftAlone(inventory, ours)],
  };
  const begins = free.flatMap((holding) => holding.begins);
  return { plan, steps, drives, begins, volumes: volumes.map(({ name }) => name), blocked };
}

function obstaclesOf({ volumes }: Inventory, { drives, obstacle }: Holding): Refusal[] {
  const named = volumesOn(volumes, drives).map(volumeObstacle);
  const reasons = [obstacle, ...named].filter((reason) => reason !== undefined);
  if (reasons.length === 0) return [];
  return drives.map(({ path }) => ({ path, reason: reasons.join('; ') }));
}

function stepsFor({ machineID }: Inventory, { drives, letGo, begins, then = [], again }: Holding): Step[] {
  if (again) return letGo;
  return [
    ...letGo,
    ...drives.flatMap((drive) => clear(drive, clearedUuid(machineID, drive.identity), begins)),
    ...then,
  ];
}

function clear({ path, device, size, content }: InventoryDrive, uuid: string, begins: string[]): Step[] {
  const wipe: Step = {
    kind: 'wipe-signatures',
    name: `wipe the signatures of ${path}`,
    device,
    carries: content,
    begins: [uuid, ...begins],
  };
  const raw: Step = { kind: 'make-raw', name: `discard ${path}`, device, uuid, bytes: size };
  return [...(Object.keys(content).length === 0 ? [] : [wipe]), raw];
}

const shownStep = (step: Step) => ({ name: step.name, command: commandOf(step) });

const shownBefore = (volumes: readonly KnownVolume[]) => [
  { name: 'pause the node and put its startup taint on', command: [] },
  ...volumes.map(({ name, phase }) => ({ name: `delete PersistentVolume ${name} (${phase})`, command: [] })),
];

/** Local drives that stay as they are, because nothing on them is ours; raw ones need no word. */
function othersLeftAlone({ drives, standDown }: Inventory, ours: ReadonlySet<InventoryDrive>): Refusal[] {
  return drives
    .filter((drive) => drive.role === 'Local' && drive.state !== 'Free' && !ours.has(drive))
    .map(({ path, state, reason }) => ({ path, reason: standDown ?? reason ?? `its state is ${state}` }));
}
