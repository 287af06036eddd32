import type { Plan, Refusal } from '../../api/plan.ts';
import type { NVMeProfileSpec } from '../../api/profile.ts';
import { shownDrive } from '../inventory/shown-drive.ts';
import type { Inventory } from '../inventory/inventory.ts';
import { offered, shownOffer } from './block.ts';
import { commandOf } from './command.ts';
import { leftAlone } from './existing-data.ts';
import { planFresh } from './fresh.ts';
import { keepExisting } from './keep.ts';
import { together, type LayoutPlan } from './layout-plan.ts';
import { planId } from './plan-id.ts';
import { planRecount } from './recount.ts';
import type { Planned } from './planned.ts';
import type { PlanRequest } from './request.ts';
import { inOrder } from './step-order.ts';

/**
 * What set-up would do on these drives for this spec. What is ours already is assembled, mounted and kept whatever the
 * spec says; blank drives get the wanted layout; everything else is refused with a reason. Empty steps mean that all is
 * done. Throws QuantityError for sizes in the spec that are none.
 */
export function planSetup(inventory: Inventory, request: PlanRequest): Planned {
  const kept = keepExisting(inventory, request.spec);
  const parts = together(kept, planFresh(inventory, request, kept.present));
  const recount = planRecount(inventory, request.spec, parts.steps, request.capacity);
  const steps = inOrder([...parts.steps, ...(parts.candidates.length > 0 ? recount : [])]);
  const candidates = [...parts.candidates].sort();
  const plan: Plan = {
    id: planId(inventory, request),
    for: 'setup',
    layout: request.spec.layout,
    provider: inventory.provider,
    drives: inventory.drives.map(shownDrive),
    candidates,
    steps: [
      ...steps.map((step) => ({ name: step.name, command: commandOf(step) })),
      ...offered(parts.volumes).map(shownOffer),
    ],
    refusals: refusals(inventory, parts, request.spec),
  };
  const { volumes, drift, degraded, blocked, again } = parts;
  return {
    plan,
    steps,
    volumes,
    stale: steps.length === 0 && !again && atRest(inventory) ? [...inventory.begun] : [],
    ...(inventory.standDown === undefined ? {} : { standDown: inventory.standDown }),
    ...(drift === undefined ? {} : { drift }),
    ...(degraded === undefined ? {} : { degraded }),
    ...(blocked === undefined ? {} : { blocked }),
    ...(again ? { again } : {}),
  };
}

/** Whether nothing can be done, for a reason; no drives at all is no refusal. */
export function isRefused({ refusals: refused, candidates }: Pick<Plan, 'refusals' | 'candidates'>): boolean {
  return refused.length > 0 && candidates.length === 0;
}

/** Whether no drive carries anything half-made, so that no record of what was begun is of use any more. */
function atRest({ drives, arrays }: Inventory): boolean {
  return (
    !drives.some(({ halfMade, state }) => halfMade || state === 'Unknown') &&
    !arrays.some((array) => array.halfMade)
  );
}

/** Every local drive that stays untouched although the profile does not exclude it. */
function refusals({ drives }: Inventory, parts: LayoutPlan, spec: NVMeProfileSpec): Refusal[] {
  const told = new Map(parts.refusals.map(({ path, reason }) => [path, reason]));
  const used = new Set(parts.candidates);
  return drives
    .filter(
      ({ path, role, excluded }) => told.has(path) || (role === 'Local' && !excluded && !used.has(path)),
    )
    .map((drive) => ({ path: drive.path, reason: told.get(drive.path) ?? leftAlone(drive, spec) }));
}
