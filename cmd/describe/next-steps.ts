import { CONDITION_REASONS, CONDITIONS } from '../../api/reasons.ts';
import type { NodeStorage } from '../status/node-storage.ts';

/** What a person can do about a node now, the first thing first; empty when all is well. */
export function nextSteps(node: NodeStorage): string[] {
  const { name } = node.metadata;
  const steps = BY_PHASE[node.phase]?.(name);
  if (steps !== undefined) return steps;
  if (node.phase === CONDITIONS.Ready && node.taints.length > 0) {
    return [
      `see why the taint stays: kubectl nvme logs ${name}`,
      `take it off by hand, and keep it off: kubectl nvme taint ${name} --remove`,
    ];
  }
  return node.problem === undefined ? [] : [`see what the agent says: kubectl nvme logs ${name}`];
}

/** By what `status` shows as the phase; conditions' reasons are phases too. */
const BY_PHASE: Readonly<Record<string, (name: string) => string[]>> = {
  NodeGone: (name) => [`see what becomes of its volumes: kubectl nvme list orphans --node ${name}`],
  Paused: (name) => [`end the pause: kubectl nvme taint ${name}`],
  NotEnrolled: (name) => [
    'make a profile that matches its labels: kubectl nvme list profiles',
    `or set it up once: kubectl nvme setup node ${name} --layout filesystem`,
  ],
  WaitingForAgent: (name) => [`see whether an agent runs there, and what it says: kubectl nvme logs ${name}`],
  [CONDITION_REASONS.SettingUp]: (name) => [`follow the work: kubectl nvme setup node ${name}`],
  [CONDITION_REASONS.WaitingForRequest]: (name) => [
    `look at the plan: kubectl nvme plan node ${name}`,
    `carry it out: kubectl nvme setup node ${name}`,
  ],
  [CONDITION_REASONS.PlanChanged]: (name) => [`look at the new plan: kubectl nvme plan node ${name}`],
  [CONDITIONS.Refused]: (name) => [
    `see why each drive is left alone: kubectl nvme plan node ${name}`,
    'free those drives, or leave them out of the profile (spec.drives.exclude)',
  ],
  [CONDITION_REASONS.TooFewDrives]: (name) => [
    `see what is wrong with its drives: kubectl nvme health ${name}`,
    'or lower spec.drives.minCount in the profile',
  ],
  [CONDITIONS.Degraded]: (name) => [
    `see what is wrong with its drives: kubectl nvme health ${name}`,
    `see who would lose data with the node: kubectl nvme drain-check ${name}`,
  ],
  [CONDITIONS.Drifted]: (name) => [
    `to change the layout, drain the node, then: kubectl nvme reset node ${name}`,
    `and set it up again: kubectl nvme setup node ${name}`,
  ],
  Failed: (name) => [
    `see what the agent says: kubectl nvme logs ${name}`,
    `try again: kubectl nvme setup node ${name}`,
  ],
};
